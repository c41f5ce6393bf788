package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.collection.request.ReleaseCollectionReq;
import io.milvus.v2.service.utility.request.CompactReq;
import io.milvus.v2.service.utility.request.FlushReq;
import io.milvus.v2.service.vector.request.QueryReq;
import io.milvus.v2.service.vector.response.QueryResp.QueryResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL at random moments under concurrent writers, in every second round with flush,
/// compaction, release and load going on, now and then also in the middle of the recovery, now and
/// then with the loss of the meta store, which the bucket makes good. After each restart no
/// acknowledged row is lost, none is there twice, no deleted row is back.
///
/// `-Dpandion.crash.rounds=200` is the campaign; `-Dseed=` repeats the decisions of a run.
class CrashTest {
  private static final int WRITERS = 4;

  @TempDir Path data;

  private final int rounds = Integer.getInteger("pandion.crash.rounds", 6);
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final List<Long> recoveries = new ArrayList<>();

  @Test
  void no_acknowledged_write_is_lost_or_doubled_by_sigkill() throws Exception {
    System.out.println("crash test: seed " + seed + ", " + rounds + " rounds");
    List<CrashWriter> writers = new ArrayList<>();
    for (int worker = 0; worker < WRITERS; worker++) {
      writers.add(new CrashWriter(worker, seed));
    }
    try (ServerProcess server = ServerProcess.start("crash", data, ServerProcess.SMALL_SEGMENTS)) {
      create(server);
      for (int round = 1; round <= rounds; round++) {
        writeAndKill(server, writers, round % 2 == 0);
        if (random.nextInt(4) == 0) {
          dieInRecovery(server);
        }
        if (random.nextInt(4) == 0) {
          server.loseMetaStore();
        }
        recover(server, writers, round);
      }
    }
    recoveries.sort(null);
    System.out.printf(
        "crash test: from start to the first correct answer min %d ms, median %d ms, max %d ms;"
            + " %d acknowledged row writes; seed %d%n",
        recoveries.getFirst(),
        recoveries.get(recoveries.size() / 2),
        recoveries.getLast(),
        acknowledged(writers),
        seed);
    assertThat(acknowledged(writers)).as("acknowledged row writes").isGreaterThan(rounds * 100L);
  }

  private static long acknowledged(List<CrashWriter> writers) {
    return writers.stream().mapToLong(CrashWriter::acknowledged).sum();
  }

  private static void create(ServerProcess server) {
    CreateCollectionReq.CollectionSchema schema = MilvusClientV2.CreateSchema();
    schema.addField(EveryType.key(DataType.Int64));
    schema.addField(EveryType.field("worker", DataType.Int32));
    schema.addField(EveryType.field("version", DataType.Int64));
    schema.addField(EveryType.vector("vec", CrashWriter.DIMENSION));
    MilvusClientV2 client = server.client();
    client.createCollection(
        CreateCollectionReq.builder()
            .collectionName(CrashWriter.COLLECTION)
            .collectionSchema(schema)
            .indexParam(
                IndexParam.builder()
                    .fieldName("vec")
                    .indexType(IndexParam.IndexType.HNSW)
                    .metricType(IndexParam.MetricType.L2)
                    .extraParams(Map.of("M", 8, "efConstruction", 32))
                    .build())
            .numShards(2)
            .consistencyLevel(ConsistencyLevel.STRONG)
            .build());
    client.close();
  }

  private void writeAndKill(ServerProcess server, List<CrashWriter> writers, boolean unrest)
      throws Exception {
    AtomicBoolean dying = new AtomicBoolean();
    MilvusClientV2 client = server.clientWithoutRetries();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<RuntimeException>> failures = new ArrayList<>();
      for (CrashWriter writer : writers) {
        failures.add(threads.submit(() -> writer.write(client, dying::get)));
      }
      if (unrest) {
        long own = random.nextLong();
        failures.add(threads.submit(() -> disturb(client, dying, new Random(own))));
      }
      LockSupport.parkNanos(random.nextLong(100_000_000L, 3_000_000_000L));
      dying.set(true);
      server.kill();
      for (Future<RuntimeException> failure : failures) {
        RuntimeException e = failure.get();
        if (e != null) {
          throw new AssertionError("a call failed while the server lived; seed " + seed, e);
        }
      }
    } finally {
      client.close();
    }
  }

  /// Flushes, compacts, releases and loads until the server dies.
  private static @Nullable RuntimeException disturb(
      MilvusClientV2 client, AtomicBoolean dying, Random random) {
    while (!dying.get()) {
      try {
        switch (random.nextInt(3)) {
          case 0 ->
              client.flush(
                  FlushReq.builder()
                      .collectionNames(List.of(CrashWriter.COLLECTION))
                      .waitFlushedTimeoutMs(
                          20_000L) // else the client waits for ever for a dead server
                      .build());
          case 1 ->
              client.compact(CompactReq.builder().collectionName(CrashWriter.COLLECTION).build());
          default -> {
            client.releaseCollection(
                ReleaseCollectionReq.builder().collectionName(CrashWriter.COLLECTION).build());
            load(client);
          }
        }
      } catch (RuntimeException e) {
        return dying.get() ? null : e;
      }
    }
    return null;
  }

  private static void load(MilvusClientV2 client) {
    client.loadCollection(
        LoadCollectionReq.builder().collectionName(CrashWriter.COLLECTION).build());
  }

  private void dieInRecovery(ServerProcess server) throws Exception {
    server.launch();
    LockSupport.parkNanos(random.nextLong(1_000_000L, 2_500_000_000L));
    server.kill();
  }

  private void recover(ServerProcess server, List<CrashWriter> writers, int round)
      throws Exception {
    long from = System.nanoTime();
    server.restart();
    MilvusClientV2 client = server.client();
    try {
      load(client);
      Long certain = writers.getFirst().certain();
      if (certain != null) {
        assertThat(rows(client, List.of(certain))).as("key %d", certain).hasSize(1);
      }
      long millis = (System.nanoTime() - from) / 1_000_000;
      recoveries.add(millis);
      long live = 0;
      for (CrashWriter writer : writers) {
        Map<Long, Long> found = found(client, writer);
        writer.settle(found);
        live += found.size();
      }
      assertThat(count(client)).as("count(*) after round %d, seed %d", round, seed).isEqualTo(live);
      System.out.printf(
          "crash test: round %d: first answer after %d ms, %d rows live%n", round, millis, live);
    } catch (AssertionError e) {
      throw new AssertionError("round " + round + ", seed " + seed + ": " + e.getMessage(), e);
    } finally {
      client.close();
    }
  }

  static Map<Long, Long> found(MilvusClientV2 client, CrashWriter writer) {
    Map<Long, Long> found = new HashMap<>();
    List<Long> keys = writer.touched();
    for (int from = 0; from < keys.size(); from += 500) {
      List<Long> asked = keys.subList(from, Math.min(keys.size(), from + 500));
      for (QueryResult row : rows(client, asked)) {
        Map<String, Object> entity = EveryType.answered(row.getEntity());
        if (!(entity.get("id") instanceof Long key
            && entity.get("version") instanceof Long version)) {
          throw new AssertionError("a row without id or version: " + entity);
        }
        assertThat(asked).as("keys asked for").contains(key);
        assertThat(found.put(key, version)).as("key %d is there twice", key).isNull();
        assertThat(entity)
            .as("row of key %d", key)
            .containsEntry("worker", (long) writer.worker())
            .containsEntry("vec", CrashWriter.vector(key, version));
      }
    }
    return found;
  }

  private static List<QueryResult> rows(MilvusClientV2 client, List<Long> keys) {
    String list = keys.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return client
        .query(
            QueryReq.builder()
                .collectionName(CrashWriter.COLLECTION)
                .filter("id in [" + list + "]")
                .outputFields(List.of("id", "worker", "version", "vec"))
                .limit(16_384)
                .build())
        .getQueryResults();
  }

  static long count(MilvusClientV2 client) {
    Object count =
        client
            .query(
                QueryReq.builder()
                    .collectionName(CrashWriter.COLLECTION)
                    .outputFields(List.of("count(*)"))
                    .build())
            .getQueryResults()
            .getFirst()
            .getEntity()
            .get("count(*)");
    if (!(count instanceof Long value)) {
      throw new AssertionError("count(*) answers " + count);
    }
    return value;
  }
}
