package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.service.collection.request.ReleaseCollectionReq;
import io.milvus.v2.service.utility.request.CompactReq;
import io.milvus.v2.service.utility.request.FlushReq;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// SIGKILL at random moments under concurrent writers, in every second round with flush,
/// compaction, release and load going on, now and then also in the middle of the recovery, now and
/// then with the loss of the meta store. After each restart no acknowledged row is lost, none is
/// there twice, no deleted row is back. One thread.
final class CrashRounds {
  private static final int WRITERS = 4;
  private static final Duration LEAST = Duration.ofMillis(100);
  private static final Duration MOST = Duration.ofSeconds(3);

  private final String name;
  private final long seed;
  private final boolean losesMeta;
  private final Random random;
  private final CrashScene scene;
  private final List<Long> recoveries = new ArrayList<>();

  /// @param name what is printed before each line
  /// @param seed of what is written and when the server dies
  /// @param losesMeta whether the meta store is lost now and then
  CrashRounds(String name, long seed, boolean losesMeta) {
    this.name = name;
    this.seed = seed;
    this.losesMeta = losesMeta;
    this.random = new Random(seed);
    this.scene = new CrashScene(WRITERS, seed, random);
  }

  /// @param server a running one without collections
  void run(ServerProcess server, int rounds) throws Exception {
    System.out.println(name + ": seed " + seed + ", " + rounds + " rounds");
    CrashScene.create(server);
    for (int round = 1; round <= rounds; round++) {
      scene.writeAndKill(
          server, round % 2 == 0 ? unrest(random.nextLong()) : CrashScene.NONE, LEAST, MOST);
      if (random.nextInt(4) == 0) {
        dieInRecovery(server);
      }
      if (losesMeta && random.nextInt(4) == 0) {
        server.loseMetaStore();
      }
      recover(server, round);
    }
    recoveries.sort(null);
    System.out.printf(
        "%s: from start to the first correct answer min %d ms, median %d ms, max %d ms;"
            + " %d acknowledged row writes; seed %d%n",
        name,
        recoveries.getFirst(),
        recoveries.get(recoveries.size() / 2),
        recoveries.getLast(),
        scene.acknowledged(),
        seed);
    assertThat(scene.acknowledged()).as("acknowledged row writes").isGreaterThan(rounds * 50L);
  }

  /// Flushes, compacts, releases and loads until the server dies.
  private static CrashScene.Unrest unrest(long seed) {
    Random own = new Random(seed);
    return (client, dying) -> disturb(client, dying, own);
  }

  private static @Nullable RuntimeException disturb(
      MilvusClientV2 client, AtomicBoolean dying, Random random) {
    while (!dying.get()) {
      try {
        switch (random.nextInt(3)) {
          case 0 ->
              client.flush(
                  FlushReq.builder()
                      .collectionNames(List.of(CrashWriter.COLLECTION))
                      // else the client waits for ever for a dead server
                      .waitFlushedTimeoutMs(20_000L)
                      .build());
          case 1 ->
              client.compact(CompactReq.builder().collectionName(CrashWriter.COLLECTION).build());
          default -> {
            client.releaseCollection(
                ReleaseCollectionReq.builder().collectionName(CrashWriter.COLLECTION).build());
            CrashScene.load(client);
          }
        }
      } catch (RuntimeException e) {
        return dying.get() ? null : e;
      }
    }
    return null;
  }

  private void dieInRecovery(ServerProcess server) throws Exception {
    server.launch();
    LockSupport.parkNanos(random.nextLong(1_000_000L, 2_500_000_000L));
    server.kill();
  }

  private void recover(ServerProcess server, int round) throws Exception {
    long from = System.nanoTime();
    server.restart();
    MilvusClientV2 client = server.client();
    try {
      CrashScene.load(client);
      scene.checkCertain(client);
      long millis = (System.nanoTime() - from) / 1_000_000;
      recoveries.add(millis);
      long live = scene.check(client);
      System.out.printf(
          "%s: round %d: first answer after %d ms, %d rows live%n", name, round, millis, live);
    } catch (AssertionError e) {
      throw new AssertionError("round " + round + ", seed " + seed + ": " + e.getMessage(), e);
    } finally {
      client.close();
    }
  }
}
