package io.pandion.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.Coordinator.FlushTicket;
import io.pandion.cluster.ShardWrite;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.RowBatch;
import io.pandion.wal.WalPayload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random writes, catalog changes, compactions, failures and restarts of a whole cluster; every
/// strong read must equal a map.
final class ActiveCoordinatorRandomTest {
  private static final String NAME = "birds";
  private static final int STEPS = Integer.getInteger("steps", 250);
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          NAME,
          "",
          List.of(
              FieldSchema.key(0, "id", DataType.INT64),
              FieldSchema.of(0, "n", DataType.INT64),
              FieldSchema.vector(0, "v", 2)),
          false,
          0);

  private record Row(String partition, long number) {}

  @TempDir private Path directory;
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Random failing = new Random(seed + 1);
  private final Map<Long, Row> model = new TreeMap<>();
  private final Set<String> partitions = new HashSet<>(Set.of("_default"));
  private final List<String> story = new ArrayList<>();
  private boolean loaded;
  private long nextKey;

  @SuppressWarnings("NullAway.Init") // each test starts its own
  private Cluster cluster;

  private boolean metaLost;

  private void start(boolean real) throws Exception {
    System.out.println("seed " + seed);
    cluster = new Cluster(directory, random, this::fails, real);
    cluster.execute(new CatalogCommand.CreateCollection("", SCHEMA, 2, 0, 0, Map.of()));
    cluster.execute(
        new CatalogCommand.CreateIndex("", NAME, "v", "", "HNSW", Map.of("metric_type", "L2")));
    load();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private boolean fails() {
    synchronized (failing) {
      return failing.nextInt(8) == 0;
    }
  }

  @Test
  void every_strong_read_equals_the_model_while_tasks_and_loads_fail() throws Exception {
    start(false);
    run(STEPS);
  }

  @Test
  void every_strong_read_equals_the_model_with_real_nodes() throws Exception {
    start(true);
    run(STEPS / 2);
  }

  private void run(int steps) throws Exception {
    for (int step = 0; step < steps; step++) {
      try {
        step();
        check(false);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + ", step " + step + " after " + last() + ": " + e.getMessage(), e);
      }
    }
    assertThat(cluster.failures).isEmpty();
    settle();
    checkLogs();
  }

  private List<String> last() {
    return story.subList(Math.max(0, story.size() - 12), story.size());
  }

  private void step() throws Exception {
    int dice = random.nextInt(100);
    if (dice < 30) {
      insert();
    } else if (dice < 45) {
      upsert();
    } else if (dice < 62) {
      delete();
    } else if (dice < 76) {
      flush(random.nextBoolean());
    } else if (dice < 82) {
      story.add("compact");
      cluster.coordinator.compact(collection().id());
    } else if (dice < 88) {
      loadOrRelease();
    } else if (dice < 92) {
      createPartition();
    } else if (dice < 95) {
      dropPartition();
    } else if (dice < 96) {
      story.add("truncate");
      cluster.execute(new CatalogCommand.TruncateCollection("", NAME));
      model.clear();
    } else if (dice < 99) {
      switchLog();
    } else {
      if (random.nextBoolean()) {
        story.add("restart");
        cluster.restart();
      } else {
        story.add("restart without meta store");
        metaLost = true;
        cluster.restartWithoutMeta();
      }
      check(true);
    }
  }

  /// To the other backend; every second time the meta store dies before one of the commits, and
  /// sometimes is lost with it.
  private void switchLog() throws Exception {
    String to = cluster.coordinator.logType().equals("memory") ? "other" : "memory";
    if (random.nextBoolean()) {
      story.add("switch to " + to);
      cluster.coordinator.switchLog(to, _ -> {});
      return;
    }
    int dies = random.nextInt(9);
    boolean withMeta = random.nextInt(3) > 0;
    story.add(
        "switch to "
            + to
            + ", the meta store dies at commit "
            + dies
            + (withMeta ? "" : " and is lost"));
    metaLost |= !withMeta;
    cluster.meta.dieAfter(dies);
    try {
      cluster.coordinator.switchLog(to, _ -> {});
    } catch (IllegalStateException | PandionException e) {
      story.add("which " + e.getMessage());
    }
    cluster.restartAfterDeath(withMeta);
    check(true);
  }

  /// Each channel has one log, and no other log is there.
  private void checkLogs() {
    Cluster.await(
        "logs before the current ones are removed",
        () -> {
          Set<String> named = new java.util.TreeSet<>();
          cluster.coordinator.logs().stream()
              .flatMap(log -> log.logs().stream())
              .forEach(era -> named.add(era.name()));
          return named.size() == 2
              && (metaLost ? cluster.logs().containsAll(named) : cluster.logs().equals(named));
        });
  }

  private CollectionInfo collection() {
    return cluster.collection(NAME);
  }

  private String anyPartition() {
    return List.copyOf(new java.util.TreeSet<>(partitions)).get(random.nextInt(partitions.size()));
  }

  private RowBatch rows(List<Long> keys, List<Long> numbers) {
    return new RowBatch(
        keys.size(),
        Map.of(
            100L, Column.Longs.of(keys.stream().mapToLong(k -> k).toArray()),
            101L, Column.Longs.of(numbers.stream().mapToLong(n -> n).toArray()),
            102L, new Column.FloatVectors(new float[keys.size() * 2], 2)));
  }

  private Map<Integer, List<Long>> byShard(List<Long> keys) {
    Column column = Column.Longs.of(keys.stream().mapToLong(k -> k).toArray());
    Map<Integer, List<Long>> out = new TreeMap<>();
    for (int i = 0; i < keys.size(); i++) {
      out.computeIfAbsent(collection().shardOf(column, i), _ -> new ArrayList<>()).add(keys.get(i));
    }
    return out;
  }

  private String vchannel(int shard) {
    return collection().shards().get(shard).vchannel();
  }

  private void insert() {
    String partition = anyPartition();
    List<Long> keys = new ArrayList<>();
    for (int i = 1 + random.nextInt(25); i > 0; i--) {
      keys.add(nextKey++);
    }
    story.add("insert into " + partition);
    put(partition, keys, false);
  }

  private void upsert() {
    String partition = anyPartition();
    List<Long> keys = someKeys();
    nextKey = Math.max(nextKey, keys.getLast() + 1);
    story.add("upsert into " + partition);
    put(partition, keys, true);
  }

  private void put(String partition, List<Long> keys, boolean upsert) {
    long id = cluster.partition(NAME, partition);
    byShard(keys)
        .forEach(
            (shard, mine) -> {
              List<Long> numbers = new ArrayList<>();
              for (long key : mine) {
                numbers.add(random.nextLong(1_000));
                model.put(key, new Row(partition, numbers.getLast()));
              }
              RowBatch batch = rows(mine, numbers);
              cluster.node.append(
                  vchannel(shard),
                  upsert
                      ? new ShardWrite.Upsert(id, batch.column(100), batch)
                      : new ShardWrite.Insert(id, batch));
            });
  }

  private List<Long> someKeys() {
    Set<Long> keys = new java.util.TreeSet<>();
    for (int i = 1 + random.nextInt(12); i > 0; i--) {
      keys.add(random.nextLong(nextKey + 1));
    }
    return List.copyOf(keys);
  }

  private void delete() {
    boolean aimed = random.nextInt(3) == 0;
    String partition = anyPartition();
    story.add("delete" + (aimed ? " in " + partition : ""));
    long id = aimed ? cluster.partition(NAME, partition) : WalPayload.ALL_PARTITIONS;
    byShard(someKeys())
        .forEach(
            (shard, mine) -> {
              for (long key : mine) {
                if (!aimed
                    || (model.containsKey(key) && model.get(key).partition.equals(partition))) {
                  model.remove(key);
                }
              }
              Column keys = Column.Longs.of(mine.stream().mapToLong(k -> k).toArray());
              cluster.node.append(vchannel(shard), new ShardWrite.Delete(id, keys));
            });
  }

  private void flush(boolean wait) throws InterruptedException {
    story.add("flush" + (wait ? " and wait" : ""));
    FlushTicket ticket = cluster.coordinator.flush(collection().id());
    if (wait) {
      Cluster.await("flush", () -> cluster.coordinator.flushed(ticket));
    }
  }

  private void load() {
    cluster.execute(new CatalogCommand.Load("", NAME, List.of(), 1));
    loaded = true;
  }

  private void release() {
    cluster.execute(new CatalogCommand.Release("", NAME, List.of()));
    loaded = false;
  }

  private void loadOrRelease() {
    story.add(loaded ? "release" : "load");
    if (loaded) {
      release();
    } else {
      load();
    }
  }

  private void createPartition() {
    if (partitions.size() < 4) {
      String name = "p" + nextKey++;
      story.add("create " + name);
      cluster.execute(new CatalogCommand.CreatePartition("", NAME, name));
      partitions.add(name);
    }
  }

  private void dropPartition() {
    String name = anyPartition();
    if (!name.equals("_default")) {
      boolean again = loaded;
      release();
      story.add("drop " + name);
      cluster.execute(new CatalogCommand.DropPartition("", NAME, name));
      partitions.remove(name);
      model.values().removeIf(r -> r.partition.equals(name));
      if (again) {
        load();
      }
    }
  }

  /// A read is complete, or is refused because the collection is not loaded (yet).
  private void check(boolean mayWait) throws InterruptedException {
    if (loaded && (mayWait || random.nextInt(3) > 0)) {
      cluster.awaitLoaded(NAME);
      mayWait = false;
    } else {
      mayWait = true;
    }
    String partition = anyPartition();
    Set<Long> ids = random.nextBoolean() ? Set.of() : Set.of(cluster.partition(NAME, partition));
    Map<Long, Long> expected =
        model.entrySet().stream()
            .filter(e -> ids.isEmpty() || e.getValue().partition.equals(partition))
            .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().number));
    try {
      assertThat(cluster.rows(NAME, 101, ids)).isEqualTo(expected);
      assertThat(cluster.count(NAME, ids)).isEqualTo(expected.size());
      assertThat(loaded).as("a released collection answers").isTrue();
    } catch (PandionException e) {
      if (e.reason() != Reason.NOT_LOADED || !mayWait) {
        throw e;
      }
    }
  }

  /// In the end one segment a shard and partition is left, no deletes, no garbage, no memory.
  private void settle() throws Exception {
    if (!loaded) {
      load();
    }
    flush(true);
    Cluster.await(
        "a compaction by hand leaves one segment of a shard and partition",
        () -> {
          long id = cluster.coordinator.compact(collection().id());
          waitFor(id);
          return tidy();
        });
    cluster.awaitLoaded(NAME);
    check(true);
    // A shard is loaded, and its rows are in files, a moment before it is told so.
    Cluster.await(
        "nothing is left in memory", () -> cluster.node.growing(collection().id()).isEmpty());
    Cluster.await("the bucket holds live segments only", this::clean);
    Cluster.await(
        "the query node holds live segments only",
        () ->
            cluster.queryNode.loaded().stream()
                .map(s -> s.segmentId())
                .collect(Collectors.toSet())
                .equals(live()));
    check(true);
  }

  private void waitFor(long compaction) {
    while (!cluster.coordinator.compaction(compaction).done()) {
      Thread.onSpinWait();
    }
  }

  private Set<Long> live() {
    return cluster.coordinator.segments(collection().id()).stream()
        .map(SegmentInfo::id)
        .collect(Collectors.toSet());
  }

  private boolean tidy() {
    Map<String, Integer> segments = new HashMap<>();
    for (SegmentInfo s : cluster.coordinator.segments(collection().id())) {
      segments.merge(s.vchannel() + "/" + s.partitionId(), 1, Integer::sum);
      if (s.level() == SegmentInfo.Level.L0) {
        return false;
      }
    }
    return segments.values().stream().allMatch(n -> n == 1);
  }

  private boolean clean() {
    Set<Long> there =
        cluster.bucket.list("seg/").stream()
            .map(n -> Long.parseLong(n.split("/")[3]))
            .collect(Collectors.toSet());
    return there.equals(live());
  }
}
