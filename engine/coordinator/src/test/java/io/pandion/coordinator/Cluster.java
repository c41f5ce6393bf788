package io.pandion.coordinator;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.DataNode;
import io.pandion.cluster.QueryNode;
import io.pandion.cluster.ReadPoint;
import io.pandion.cluster.SearchTimes;
import io.pandion.data.FileDataNode;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.Column;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.query.MappedQueryNode;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.streaming.LogStreamingNode;
import io.pandion.streaming.StreamingSettings;
import io.pandion.wal.MemoryWalProvider;
import io.pandion.wal.WalProviders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// A whole cluster in one process: the coordinator and a real streaming node over a log and a meta
/// store in memory and a bucket of files; query and data nodes are twins that fail now and then, or
/// real.
final class Cluster implements AutoCloseable {
  static final CoordinatorSettings SETTINGS =
      new CoordinatorSettings(2, 20, 400, 1 << 20, 1 << 22, 4, 3, 5, 5, 0, 50);

  final FileObjectStore bucket;
  final ManifestStore manifests;
  MemoryMetaStore meta = new MemoryMetaStore();
  final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final MemoryWalProvider memory = new MemoryWalProvider();
  private final MemoryWalProvider other = new MemoryWalProvider();
  private final WalProviders wals =
      new WalProviders(Map.of("memory", () -> memory, "other", () -> other));
  private final SegmentFiles files;
  private final Path work;
  private final BooleanSupplier fails;
  private final boolean real;
  private final List<AutoCloseable> nodes = new ArrayList<>();
  ActiveCoordinator coordinator;
  LogStreamingNode node;
  QueryNode queryNode;

  Cluster(Path directory, Random random, BooleanSupplier fails, boolean real) throws IOException {
    this.fails = fails;
    this.real = real;
    this.work = Files.createDirectories(directory.resolve("work"));
    this.bucket = new FileObjectStore(directory.resolve("bucket"));
    this.manifests = new ManifestStore(bucket);
    Random names = new Random(random.nextLong());
    this.files =
        new SegmentFiles(
            bucket,
            work,
            () -> {
              synchronized (names) {
                return new UUID(names.nextLong(), names.nextLong());
              }
            });
    start();
  }

  private void start() {
    coordinator =
        new ActiveCoordinator(
            meta,
            manifests,
            bucket,
            SETTINGS,
            "memory",
            System::currentTimeMillis,
            () -> new UUID(0, 1));
    queryNode = queryNode();
    QueryNode held = queryNode;
    node =
        new LogStreamingNode(
            coordinator,
            wals,
            files,
            _ -> held,
            new StreamingSettings(40, 1 << 20, 600_000, 1 << 30, 30, 600_000, 1 << 26),
            System::currentTimeMillis,
            SearchTimes.unread(),
            failures::add);
    coordinator.attach(node);
    coordinator.attach(queryNode);
    coordinator.attach(dataNode());
    coordinator.start();
  }

  private QueryNode queryNode() {
    if (!real) {
      return new MemoryQueryNode("q1", files, manifests, fails);
    }
    MappedQueryNode mapped =
        new MappedQueryNode("q1", files, manifests, work.resolve("cache"), 2, SearchTimes.unread());
    nodes.add(mapped);
    return mapped;
  }

  private DataNode dataNode() {
    if (!real) {
      return new MemoryDataNode(files, manifests, work, fails);
    }
    FileDataNode file = new FileDataNode("d1", files, manifests, work.resolve("tasks"), 2, 1);
    nodes.add(file);
    return file;
  }

  void restart() {
    close();
    start();
  }

  /// The meta store took no more commits; a new process begins with what it has.
  ///
  /// @param withMeta false: what it has is gone, too
  void restartAfterDeath(boolean withMeta) {
    close();
    failures.clear();
    meta.diesAt = -1;
    if (!withMeta) {
      meta = new MemoryMetaStore();
    }
    start();
  }

  /// Names of all logs that are there, on both backends.
  Set<String> logs() {
    Set<String> all = new TreeSet<>(memory.logs());
    all.addAll(other.logs());
    return all;
  }

  /// What the meta store knew is gone.
  void restartWithoutMeta() {
    close();
    meta = new MemoryMetaStore();
    start();
  }

  long execute(CatalogCommand command) {
    return coordinator.execute(command);
  }

  CollectionInfo collection(String name) {
    long database = coordinator.catalog().database("default").orElseThrow().id();
    return coordinator.catalog().collection(database, name).orElseThrow();
  }

  long partition(String collection, String name) {
    return coordinator.catalog().partition(collection(collection).id(), name).orElseThrow().id();
  }

  /// All rows of some partitions (none = all), by a strong read: key to number.
  Map<Long, Long> rows(String collection, long field, Set<Long> partitions) {
    CollectionInfo info = collection(collection);
    ReadPoint strong = new ReadPoint(coordinator.allocateTicks(1).first());
    QueryPlan plan = new QueryPlan(null, -1, false, partitions, List.of(field));
    Map<Long, Long> out = new TreeMap<>();
    for (ShardInfo shard : info.shards()) {
      QueryResult found = node.query(shard.vchannel(), plan, strong);
      Column numbers = java.util.Objects.requireNonNull(found.fields().get(field));
      for (int i = 0; i < found.keys().size(); i++) {
        out.put((Long) found.keys().value(i), (Long) numbers.value(i));
      }
    }
    return out;
  }

  long count(String collection, Set<Long> partitions) {
    ReadPoint strong = new ReadPoint(coordinator.allocateTicks(1).first());
    QueryPlan plan = new QueryPlan(null, -1, true, partitions, List.of());
    long count = 0;
    for (ShardInfo shard : collection(collection).shards()) {
      count += node.query(shard.vchannel(), plan, strong).count();
    }
    return count;
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited 30 s for: " + what);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  void awaitLoaded(String collection) throws InterruptedException {
    await(
        collection + " is loaded",
        () ->
            coordinator.loadProgress(collection(collection).id()).values().stream()
                .allMatch(p -> p == 100));
  }

  @Override
  public void close() {
    coordinator.close();
    node.close();
    try {
      for (AutoCloseable each : nodes) {
        each.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    nodes.clear();
  }
}
