package io.pandion.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.AppendResult;
import io.pandion.cluster.ChannelAssignment;
import io.pandion.cluster.Distribution;
import io.pandion.cluster.FlushReport;
import io.pandion.cluster.LogEra;
import io.pandion.cluster.ReadPoint;
import io.pandion.cluster.SearchTimes;
import io.pandion.cluster.ShardWrite;
import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.RowBatch;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.wal.MemoryWalProvider;
import io.pandion.wal.WalPayload;
import io.pandion.wal.WalProviders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random writes, flushes, hand-overs and restarts of a streaming node, read back against a map.
class LogStreamingNodeRandomTest {
  @TempDir private Path directory;
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final MemoryWalProvider left = new MemoryWalProvider();
  private final MemoryWalProvider right = new MemoryWalProvider();
  private final WalProviders wals =
      new WalProviders(Map.of("left", () -> left, "right", () -> right));
  private final AtomicLong millis = new AtomicLong(1_000_000);
  private final Map<Long, Long> model = new TreeMap<>();
  private ShardWorld world;
  private LogStreamingNode node;
  private long distributions;
  private long nextKey;

  @BeforeEach
  void open() {
    System.out.println("seed " + seed);
    world =
        new ShardWorld(
            new SegmentFiles(
                new FileObjectStore(directory.resolve("bucket")),
                directory.resolve("work"),
                () -> new UUID(random.nextLong(), random.nextLong())));
    node = start();
  }

  @Test
  void every_strong_read_equals_the_model_over_flushes_handovers_and_restarts() {
    for (int step = 0; step < 400; step++) {
      switch (random.nextInt(13)) {
        case 0, 1, 2, 3 -> insert();
        case 4, 5, 6 -> upsert();
        case 7, 8 -> delete();
        case 9 -> flush(random.nextBoolean());
        case 10 -> distribute(node);
        case 11 -> moveLog();
        default -> {
          if (random.nextInt(4) == 0) {
            node.close();
            if (random.nextBoolean()) {
              world.forgetTicks();
            }
            node = start();
          }
        }
      }
      check();
    }
    flush(true);
    distribute(node);
    check();
    assertThat(node.growing(7)).as("all rows have files").isEmpty();
    moveLog();
    awaitRelease();
    node.close();
    node = start();
    check();
    node.close();
  }

  /// To the other backend; now and then it is told that the move is not wanted any more.
  private void moveLog() {
    LogEra to = world.planLog(random.nextInt(8) > 0);
    long before = node.logs().getFirst().nextLsn();
    try {
      node.prepareLog(to);
      node.moveLog("dml_0", to);
      LogEra now = world.eras().getLast();
      assertThat(now.name()).isEqualTo(to.name());
      assertThat(now.fromLsn()).as("lsns go on").isGreaterThanOrEqualTo(before);
    } catch (PandionException e) {
      assertThat(e).hasMessageContaining("given up");
      assertThat(world.eras().getLast().name()).isNotEqualTo(to.name());
    }
    assertThat(node.logs().getFirst().logs().getLast()).isEqualTo(world.eras().getLast());
  }

  /// What is only in the logs before the last one is flushed, and they are let go.
  private void awaitRelease() {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (world.eras().size() > 1 || node.logs().getFirst().logs().size() > 1) {
      assertThat(System.nanoTime()).as("the logs before are let go").isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private LogStreamingNode start() {
    world.unload();
    LogStreamingNode started =
        new LogStreamingNode(
            world,
            wals,
            world.files,
            _ -> world,
            new StreamingSettings(60, 1 << 20, 600_000, 1 << 30, 40, 600_000, 1 << 26),
            millis::get,
            SearchTimes.unread(),
            e -> {
              throw new AssertionError(e);
            });
    world.term++;
    started.open(new ChannelAssignment("dml_0", world.term, world.eras(), List.of(world.state())));
    distribute(started);
    return started;
  }

  private static RowBatch rows(List<Long> keys, List<Long> numbers) {
    float[] vectors = new float[keys.size() * 2];
    return new RowBatch(
        keys.size(),
        Map.of(
            100L, new Column.Longs(keys.stream().mapToLong(k -> k).toArray(), null),
            101L, new Column.Longs(numbers.stream().mapToLong(n -> n).toArray(), null),
            102L, new Column.FloatVectors(vectors, 2)));
  }

  private void insert() {
    List<Long> keys = new ArrayList<>();
    List<Long> numbers = new ArrayList<>();
    for (int i = 1 + random.nextInt(20); i > 0; i--) {
      keys.add(nextKey++);
      numbers.add(random.nextLong(1_000));
      model.put(keys.getLast(), numbers.getLast());
    }
    node.append(
        ShardWorld.VCHANNEL, new ShardWrite.Insert(1 + random.nextInt(2), rows(keys, numbers)));
  }

  private List<Long> someKeys() {
    Set<Long> keys = new java.util.TreeSet<>();
    for (int i = 1 + random.nextInt(10); i > 0; i--) {
      keys.add(random.nextLong(nextKey + 1));
    }
    return List.copyOf(keys);
  }

  private static Column column(List<Long> keys) {
    return new Column.Longs(keys.stream().mapToLong(k -> k).toArray(), null);
  }

  private void upsert() {
    List<Long> keys = someKeys();
    nextKey = Math.max(nextKey, keys.getLast() + 1);
    List<Long> numbers = new ArrayList<>();
    for (long key : keys) {
      numbers.add(random.nextLong(1_000));
      model.put(key, numbers.getLast());
    }
    node.append(
        ShardWorld.VCHANNEL,
        new ShardWrite.Upsert(1 + random.nextInt(2), column(keys), rows(keys, numbers)));
  }

  private void delete() {
    List<Long> keys = someKeys();
    keys.forEach(model::remove);
    node.append(
        ShardWorld.VCHANNEL, new ShardWrite.Delete(WalPayload.ALL_PARTITIONS, column(keys)));
  }

  private void flush(boolean wait) {
    AppendResult result = node.append(ShardWorld.VCHANNEL, new ShardWrite.Flush());
    while (wait && world.checkpointTick() < result.tick()) {
      Thread.onSpinWait();
    }
  }

  /// Hands everything flushed over to the query node.
  private void distribute(LogStreamingNode to) {
    List<Distribution.Placement> placements = new ArrayList<>();
    Map<Long, Long> deltaLsns = world.loadAll();
    for (FlushReport.FlushedSegment s : world.segments("L1")) {
      Long deltaLsn = deltaLsns.get(s.id());
      if (deltaLsn != null) {
        placements.add(new Distribution.Placement(s.id(), s.partitionId(), 1, "q1", deltaLsn));
      }
    }
    Set<Long> covered = Set.copyOf(placements.stream().map(p -> p.segmentId()).toList());
    boolean taken =
        to.distribute(
            ShardWorld.VCHANNEL,
            new Distribution(++distributions, true, true, Set.of(), placements, covered));
    assertThat(taken).isTrue();
  }

  private void check() {
    ReadPoint strong = new ReadPoint(world.allocateTicks(1).first());
    QueryResult all =
        node.query(
            ShardWorld.VCHANNEL, new QueryPlan(null, -1, false, Set.of(), List.of(101L)), strong);
    Map<Long, Long> found = new TreeMap<>();
    Column numbers = java.util.Objects.requireNonNull(all.fields().get(101L));
    for (int i = 0; i < all.keys().size(); i++) {
      found.put((Long) all.keys().value(i), (Long) numbers.value(i));
    }
    assertThat(found).as("seed %d", seed).isEqualTo(model);
    QueryResult count =
        node.query(ShardWorld.VCHANNEL, new QueryPlan(null, -1, true, Set.of(), List.of()), strong);
    assertThat(count.count()).as("count(*), seed %d", seed).isEqualTo(model.size());
  }
}
