package io.pandion.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.Coordinator.IndexProgress;
import io.pandion.cluster.FlushReport;
import io.pandion.cluster.FlushReport.FlushedSegment;
import io.pandion.cluster.ShardWrite;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The coordinator over twins of all nodes.
final class ActiveCoordinatorTest {
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(FieldSchema.key(0, "pk", DataType.INT64), FieldSchema.vector(0, "vec", 8)),
          false,
          0);

  @TempDir private Path directory;
  private final MemoryMetaStore meta = new MemoryMetaStore();
  private final AtomicLong ticks = new AtomicLong(1);
  private final AtomicLong names = new AtomicLong();
  private final AtomicBoolean failing = new AtomicBoolean(true);
  private final AtomicInteger failures = new AtomicInteger();

  @SuppressWarnings("NullAway.Init")
  private ManifestStore manifests;

  @SuppressWarnings("NullAway.Init")
  private ActiveCoordinator coordinator;

  @SuppressWarnings("NullAway.Init")
  private MemoryStreamingNode node;

  @BeforeEach
  void start() {
    FileObjectStore bucket = new FileObjectStore(directory.resolve("bucket"));
    manifests = new ManifestStore(bucket);
    SegmentFiles files =
        new SegmentFiles(bucket, directory, () -> new UUID(0, names.incrementAndGet()));
    coordinator = coordinator(bucket);
    node = new MemoryStreamingNode(ticks::incrementAndGet);
    coordinator.attach(node);
    coordinator.attach(
        new MemoryDataNode(
            files, manifests, directory, () -> failing.get() && failures.incrementAndGet() > 0));
    coordinator.start();
  }

  private ActiveCoordinator coordinator(FileObjectStore bucket) {
    return new ActiveCoordinator(
        meta,
        manifests,
        bucket,
        Cluster.SETTINGS,
        "memory",
        System::currentTimeMillis,
        () -> new UUID(0, 1));
  }

  @AfterEach
  void stop() {
    coordinator.close();
  }

  private CollectionInfo create() {
    coordinator.execute(new CatalogCommand.CreateCollection("", SCHEMA, 1, 2, 0, Map.of()));
    long database = coordinator.catalog().database("default").orElseThrow().id();
    return coordinator.catalog().collection(database, "c").orElseThrow();
  }

  private void createIndex() {
    coordinator.execute(
        new CatalogCommand.CreateIndex("", "c", "vec", "", "HNSW", Map.of("metric_type", "L2")));
  }

  private void flush(CollectionInfo c, long id, long rows) {
    ShardInfo shard = c.shards().getFirst();
    long partition = coordinator.catalog().partitions(c.id()).getFirst().id();
    FlushedSegment segment =
        new FlushedSegment(
            id, c.id(), partition, "L1", rows, 1 << 21, 2, 3, 4, 5, c.schema(), List.of());
    long term = java.util.Objects.requireNonNull(node.terms.get(shard.pchannel()));
    coordinator.flushed(
        new FlushReport(shard.pchannel(), term, shard.vchannel(), List.of(segment), id, 5));
  }

  private IndexProgress progress(CollectionInfo c) {
    return coordinator.indexProgress(c.id()).getFirst();
  }

  @Test
  void to_create_a_collection_again_is_no_change_and_another_of_its_name_is_refused() {
    CollectionInfo held = create();
    assertThat(create()).isEqualTo(held);
    CollectionSchema wider =
        new CollectionSchema(
            "c",
            "",
            List.of(FieldSchema.key(0, "pk", DataType.INT64), FieldSchema.vector(0, "vec", 9)),
            false,
            0);
    for (CatalogCommand other :
        List.of(
            new CatalogCommand.CreateCollection("", wider, 1, 2, 0, Map.of()),
            new CatalogCommand.CreateCollection("", SCHEMA, 2, 2, 0, Map.of()),
            new CatalogCommand.CreateCollection("", SCHEMA, 1, 0, 0, Map.of()),
            new CatalogCommand.CreateCollection("", SCHEMA, 1, 2, 0, Map.of("k", "v")))) {
      assertThatThrownBy(() -> coordinator.execute(other))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.ALREADY_EXISTS))
          .hasMessage("create duplicate collection with different parameters, collection: c");
    }
    assertThat(coordinator.catalog().collections(held.databaseId())).containsExactly(held);
  }

  @Test
  void a_collection_without_an_index_on_its_vectors_cannot_be_loaded() {
    create();
    assertThatThrownBy(() -> coordinator.execute(new CatalogCommand.Load("", "c", List.of(), 1)))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("there is no vector index on field: [vec]");
  }

  @Test
  void an_index_that_cannot_be_built_is_reported_after_its_attempts_and_built_when_made_anew()
      throws InterruptedException {
    CollectionInfo c = create();
    createIndex();
    flush(c, 1_000, 2_000);
    flush(c, 1_001, 10);
    Cluster.await("the failure is reported", () -> progress(c).failedSegments() == 1);
    assertThat(failures).hasValue(Cluster.SETTINGS.taskAttempts());
    assertThat(progress(c).failure()).contains("segment 1000", "told to fail");
    assertThat(progress(c).indexedRows()).isEqualTo(10);
    failing.set(false);
    coordinator.execute(new CatalogCommand.DropIndex("", "c", "vec"));
    createIndex();
    Cluster.await("all rows are indexed", () -> progress(c).indexedRows() == 2_010);
    assertThat(progress(c).pendingRows()).isZero();
  }

  @Test
  void an_empty_collection_is_loaded_and_a_released_one_is_not_served() throws Exception {
    CollectionInfo c = create();
    createIndex();
    String vchannel = c.shards().getFirst().vchannel();
    coordinator.execute(new CatalogCommand.Load("", "c", List.of(), 1));
    Cluster.await(
        "it is loaded",
        () -> coordinator.loadProgress(c.id()).values().stream().allMatch(p -> p == 100));
    assertThat(node.distribution(vchannel)).matches(d -> d != null && d.wholeCollection());
    coordinator.execute(new CatalogCommand.Release("", "c", List.of()));
    assertThat(node.distribution(vchannel)).matches(d -> d != null && !d.loaded());
    assertThat(coordinator.loadProgress(c.id())).isEmpty();
  }

  /// Else an older distribution could arrive behind the truncation and bring its rows back.
  @Test
  void a_command_that_hides_rows_waits_for_distributions_on_their_way() throws Exception {
    create();
    createIndex();
    CountDownLatch sent = new CountDownLatch(1);
    CountDownLatch arrives = new CountDownLatch(1);
    node.beforeDistribution =
        () -> {
          sent.countDown();
          try {
            arrives.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    coordinator.execute(new CatalogCommand.Load("", "c", List.of(), 1));
    assertThat(sent.await(30, TimeUnit.SECONDS)).isTrue();
    Thread truncating =
        Thread.ofPlatform()
            .start(() -> coordinator.execute(new CatalogCommand.TruncateCollection("", "c")));
    try {
      Cluster.await(
          "it waits, or is done",
          () ->
              truncating.getState() == Thread.State.WAITING
                  || truncating.getState() == Thread.State.TERMINATED);
      assertThat(node.log).doesNotHaveAnyElementsOfTypes(ShardWrite.Truncate.class);
    } finally {
      node.beforeDistribution = () -> {};
      arrives.countDown();
      truncating.join();
    }
    assertThat(node.log).hasAtLeastOneElementOfType(ShardWrite.Truncate.class);
  }

  @Test
  void a_coordinator_that_was_replaced_changes_nothing() {
    create();
    ActiveCoordinator next = coordinator(new FileObjectStore(directory.resolve("bucket")));
    assertThatThrownBy(() -> next.execute(new CatalogCommand.CreateDatabase("d", Map.of())))
        .hasMessageContaining("is starting");
    assertThatThrownBy(() -> coordinator.execute(new CatalogCommand.CreateDatabase("d", Map.of())))
        .hasMessageContaining("was replaced");
    next.close();
  }
}
