package io.pandion.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.meta.CatalogSnapshot;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.TimeTick;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.ManifestStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bucket knows what the meta store knows, and whose it is.
final class SnapshotsTest {
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "birds",
          "of prey",
          List.of(FieldSchema.key(0, "pk", DataType.INT64), FieldSchema.vector(0, "vec", 8)),
          true,
          0);

  @TempDir private Path directory;
  private final AtomicLong names = new AtomicLong();

  private FileObjectStore bucket(String name) {
    return new FileObjectStore(directory.resolve(name));
  }

  private ActiveCoordinator coordinator(MemoryMetaStore meta, FileObjectStore bucket) {
    AtomicLong ticks = new AtomicLong(1);
    ActiveCoordinator coordinator =
        new ActiveCoordinator(
            meta,
            new ManifestStore(bucket),
            bucket,
            Cluster.SETTINGS,
            "memory",
            System::currentTimeMillis,
            () -> new UUID(0, names.incrementAndGet()));
    coordinator.attach(new MemoryStreamingNode(ticks::incrementAndGet));
    coordinator.start();
    return coordinator;
  }

  private static void catalog(ActiveCoordinator coordinator) {
    coordinator.execute(new CatalogCommand.CreateDatabase("zoo", Map.of("k", "v")));
    coordinator.execute(
        new CatalogCommand.CreateCollection("zoo", SCHEMA, 2, 0, 1, Map.of("a", "b")));
    coordinator.execute(new CatalogCommand.CreatePartition("zoo", "birds", "owls"));
    coordinator.execute(new CatalogCommand.CreateAlias("zoo", "birds", "raptors"));
    coordinator.execute(
        new CatalogCommand.CreateIndex(
            "zoo", "birds", "vec", "", "HNSW", Map.of("metric_type", "L2")));
    coordinator.execute(new CatalogCommand.Load("zoo", "birds", List.of(), 1));
  }

  private static List<Object> all(CatalogSnapshot catalog) {
    long database = catalog.database("zoo").orElseThrow().id();
    long birds = catalog.resolve(database, "raptors").orElseThrow().id();
    return List.of(
        catalog.databases(),
        catalog.collections(database),
        catalog.partitions(birds),
        catalog.aliases(birds),
        catalog.indexes(birds),
        catalog.load(birds));
  }

  @Test
  void an_empty_meta_store_learns_the_catalog_from_the_bucket() {
    FileObjectStore bucket = bucket("b");
    List<Object> before;
    long tick;
    try (ActiveCoordinator first = coordinator(new MemoryMetaStore(), bucket)) {
      catalog(first);
      before = all(first.catalog());
      tick = first.allocateTicks(1).first();
    }
    MemoryMetaStore empty = new MemoryMetaStore();
    try (ActiveCoordinator second = coordinator(empty, bucket)) {
      assertThat(all(second.catalog())).isEqualTo(before);
      assertThat(second.allocateTicks(1).first()).isGreaterThan(tick);
    }
    try (ActiveCoordinator third = coordinator(empty, bucket)) {
      assertThat(all(third.catalog())).isEqualTo(before);
    }
  }

  @Test
  void ids_given_after_the_newest_copy_are_not_given_again() {
    FileObjectStore bucket = bucket("b");
    long id;
    try (ActiveCoordinator first = coordinator(new MemoryMetaStore(), bucket)) {
      catalog(first);
      first.raiseTicks(TimeTick.of(System.currentTimeMillis() + 600_000, 0));
      id = first.allocateTicks(1).first();
    }
    bucket.putIfAbsent("seg/5/6/" + id + "/binlog/x.parquet", new byte[1]);
    try (ActiveCoordinator second = coordinator(new MemoryMetaStore(), bucket)) {
      assertThat(second.allocateTicks(1).first()).isGreaterThan(id);
    }
  }

  @Test
  void a_copy_is_written_for_each_change_and_the_last_three_are_kept() {
    FileObjectStore bucket = bucket("b");
    try (ActiveCoordinator coordinator = coordinator(new MemoryMetaStore(), bucket)) {
      catalog(coordinator);
      List<String> copies = bucket.list("catalog/");
      assertThat(copies).hasSize(3);
      assertThat(new String(bucket.readAll(copies.getLast()), StandardCharsets.UTF_8))
          .contains("\"raptors\"")
          .contains("\n\"load/");
      coordinator.execute(new CatalogCommand.DropAlias("zoo", "raptors"));
      assertThat(bucket.list("catalog/").getLast()).isGreaterThan(copies.getLast());
    }
  }

  @Test
  void a_bucket_and_a_meta_store_of_different_clusters_are_refused() {
    MemoryMetaStore one = new MemoryMetaStore();
    coordinator(one, bucket("one")).close();
    coordinator(new MemoryMetaStore(), bucket("two")).close();
    assertRefused(one, bucket("two"), "the bucket belongs to cluster 00000000-0000-0000-0000-0");
    assertRefused(one, bucket("three"), "it has no cluster.json");
    MemoryMetaStore nameless = one.copy();
    nameless.commit(new MetaTransaction().delete("cluster"));
    assertRefused(nameless, bucket("one"), "a catalog of no cluster");
    coordinator(one, bucket("one")).close();
  }

  private void assertRefused(MemoryMetaStore meta, FileObjectStore bucket, String message) {
    assertThatThrownBy(() -> coordinator(meta, bucket))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_REQUEST))
        .hasMessageContaining(message)
        .hasMessageContaining("storage.root");
  }

  @Test
  void a_bucket_of_a_newer_format_is_refused() {
    FileObjectStore bucket = bucket("b");
    bucket.putIfAbsent(
        "cluster.json", "{\"cluster\":\"x\",\"format\":2}".getBytes(StandardCharsets.UTF_8));
    assertRefused(new MemoryMetaStore(), bucket, "the bucket has format 2");
  }

  @Test
  void a_bucket_with_data_is_not_taken_for_a_new_one() throws Exception {
    FileObjectStore bucket = bucket("b");
    try (ActiveCoordinator coordinator = coordinator(new MemoryMetaStore(), bucket)) {
      catalog(coordinator);
    }
    byte[] name = bucket.readAll("cluster.json");
    bucket.delete("cluster.json");
    assertRefused(new MemoryMetaStore(), bucket, "has data but no cluster.json");
    bucket.putIfAbsent("seg/1/1/1/m/1.manifest", new byte[1]);
    bucket.list("catalog/").forEach(bucket::delete);
    assertRefused(new MemoryMetaStore(), bucket, "has data but no cluster.json");
    bucket.putIfAbsent("cluster.json", name);
    assertRefused(new MemoryMetaStore(), bucket, "no copy of the catalog in catalog/");
  }

  @Test
  void a_meta_store_that_lost_its_end_learns_it_from_the_bucket() {
    FileObjectStore bucket = bucket("b");
    MemoryMetaStore meta = new MemoryMetaStore();
    MemoryMetaStore old;
    List<Object> before;
    try (ActiveCoordinator coordinator = coordinator(meta, bucket)) {
      catalog(coordinator);
      coordinator.execute(new CatalogCommand.CreateDatabase("gone", Map.of()));
      old = meta.copy();
      coordinator.execute(new CatalogCommand.DropDatabase("gone"));
      coordinator.execute(new CatalogCommand.CreatePartition("zoo", "birds", "hawks"));
      before = all(coordinator.catalog());
    }
    try (ActiveCoordinator again = coordinator(old, bucket)) {
      assertThat(all(again.catalog())).isEqualTo(before);
    }
  }

  @Test
  void a_damaged_copy_is_named_and_nothing_older_is_taken() throws Exception {
    FileObjectStore bucket = bucket("b");
    try (ActiveCoordinator coordinator = coordinator(new MemoryMetaStore(), bucket)) {
      catalog(coordinator);
    }
    String newest = bucket.list("catalog/").getLast();
    Path file = directory.resolve("b").resolve(newest);
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 10, whole.length / 2, whole.length - 3}) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertDamaged(bucket, newest);
    }
    String text = new String(whole, StandardCharsets.UTF_8);
    List<String> lines = new ArrayList<>(text.lines().toList());
    lines.remove(lines.size() / 2);
    Files.writeString(file, String.join("\n", lines) + "\n");
    assertDamaged(bucket, newest);
    for (int at = 0; at < whole.length; at += 7) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 4;
      Files.write(file, flipped);
      assertDamaged(bucket, newest);
    }
  }

  private void assertDamaged(FileObjectStore bucket, String newest) {
    MemoryMetaStore meta = new MemoryMetaStore();
    assertThatThrownBy(() -> coordinator(meta, bucket))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA))
        .hasMessageContaining(newest);
    assertThat(meta.revision()).as("nothing was written").isZero();
  }
}
