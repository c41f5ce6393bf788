package io.pandion.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.DataNode.State;
import io.pandion.cluster.DataNode.TaskFile;
import io.pandion.cluster.DataNode.TaskStatus;
import io.pandion.cluster.TaskSpec;
import io.pandion.cluster.TaskSpec.Work;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.RowBatch;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.FileRef;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentManifest;
import io.pandion.storage.SegmentRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDataNodeTest {
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.INT64),
              FieldSchema.of(101, "doc", DataType.JSON).asNullable(),
              FieldSchema.of(102, "text", DataType.VARCHAR).asNullable(),
              FieldSchema.vector(103, "v", 3)),
          false,
          1);

  @TempDir private Path directory;
  private final AtomicLong ids = new AtomicLong();
  private FileObjectStore store;
  private SegmentFiles files;
  private ManifestStore manifests;
  private FileDataNode node;

  @BeforeEach
  void open() {
    store = new FileObjectStore(directory.resolve("bucket"));
    files =
        new SegmentFiles(
            store, directory.resolve("work"), () -> new UUID(0, ids.incrementAndGet()));
    manifests = new ManifestStore(store);
    node = new FileDataNode("d1", files, manifests, directory.resolve("build"), 1, 9);
  }

  @AfterEach
  void close() {
    node.close();
  }

  private SegmentInfo segment(long id, long[] keys, long[] ticks, DeltaBatch own) {
    ColumnBuilder documents = new ColumnBuilder(DataType.JSON, 0);
    ColumnBuilder texts = new ColumnBuilder(DataType.VARCHAR, 0);
    float[] vectors = new float[3 * keys.length];
    for (int i = 0; i < keys.length; i++) {
      documents.add("{\"k\":" + keys[i] + "}");
      texts.add(keys[i] % 2 == 0 ? null : "t" + keys[i]);
      vectors[3 * i] = keys[i];
      vectors[3 * i + 1] = ticks[i];
    }
    RowBatch batch =
        new RowBatch(
            keys.length,
            Map.of(
                100L,
                Column.Longs.of(keys),
                101L,
                documents.build(),
                102L,
                texts.build(),
                103L,
                new Column.FloatVectors(vectors, 3)));
    String prefix = SegmentFiles.prefix(7, 1, id);
    List<FileRef> written =
        new ArrayList<>(files.writeRows(prefix, id, new SegmentRows(batch, ticks), SCHEMA));
    if (own.size() > 0) {
      written.add(files.writeDeltas(prefix, own));
    }
    return commit(id, 1, "L1", keys.length, written);
  }

  private SegmentInfo level0(long id, long partition, DeltaBatch deletes) {
    return commit(
        id, partition, "L0", deletes.size(), List.of(files.writeDeltas("seg/7/0/x/", deletes)));
  }

  private SegmentInfo commit(long id, long partition, String level, long rows, List<FileRef> refs) {
    long version =
        manifests.write(
            new SegmentManifest(
                id, 7, partition, "c0", level, 1, rows, 0, 0, 3, 4, SCHEMA, refs, List.of()));
    return new SegmentInfo(
        id,
        7,
        partition,
        "c0",
        SegmentInfo.State.FLUSHED,
        SegmentInfo.Level.valueOf(level),
        version,
        rows,
        0,
        0,
        0,
        3,
        4,
        Map.of(),
        List.of(),
        0);
  }

  private static DeltaBatch deletes(long... keysAndTicks) {
    long[] keys = new long[keysAndTicks.length / 2];
    long[] ticks = new long[keys.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = keysAndTicks[2 * i];
      ticks[i] = keysAndTicks[2 * i + 1];
    }
    return new DeltaBatch(Column.Longs.of(keys), ticks);
  }

  private TaskStatus await(long task) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    TaskStatus status = node.poll(task);
    while (status.state() == State.RUNNING && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      status = node.poll(task);
    }
    return status;
  }

  private TaskStatus run(Work work) {
    long task = ids.incrementAndGet();
    node.submit(new TaskSpec(task, 1, work));
    return await(task);
  }

  private static List<FileRef> refs(List<TaskFile> files) {
    return files.stream()
        .map(
            f ->
                new FileRef(
                    FileRef.Kind.valueOf(f.kind()),
                    f.name(),
                    f.length(),
                    f.crc32c(),
                    f.fieldId(),
                    f.indexId(),
                    f.entries()))
        .toList();
  }

  private static IndexInfo index(long field, String type) {
    return new IndexInfo(55, 7, field, "i", type, Map.of("metric_type", "L2"), 1);
  }

  @Test
  void a_compaction_drops_deleted_rows_sorts_the_others_and_carries_later_deletes() {
    SegmentInfo a =
        segment(1, new long[] {5, 3, 9, 3}, new long[] {10, 11, 12, 13}, deletes(5, 20));
    SegmentInfo b =
        segment(2, new long[] {4, 9, 1}, new long[] {30, 31, 32}, deletes(9, 31, 1, 40));
    SegmentInfo all = level0(10, -1, deletes(3, 12, 4, 90, 4, 95, 77, 91));
    SegmentInfo other = level0(11, 2, deletes(9, 80));
    TaskStatus done = run(new Work.Compact(List.of(a, b), List.of(all, other), SCHEMA, 3, 50));
    assertThat(done.error()).isEmpty();
    // 5 is deleted at 20, one 3 at 12, the older 9 at 31, 1 at 40; 4 at 90, beyond the horizon.
    SegmentRows rows = files.readRows(refs(done.files()), SCHEMA);
    assertThat(done.rows()).isEqualTo(3);
    assertThat(done.firstTick()).isEqualTo(13);
    assertThat(done.lastTick()).isEqualTo(31);
    assertThat(rows.ticks()).containsExactly(13, 30, 31);
    for (int i = 0; i < 3; i++) {
      long key = new long[] {3, 4, 9}[i];
      assertThat(rows.rows().column(100).value(i)).isEqualTo(key);
      assertThat(rows.rows().column(101).value(i))
          .isEqualTo(("{\"k\":" + key + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertThat(rows.rows().column(102).value(i)).isEqualTo(key % 2 == 0 ? null : "t" + key);
      assertThat(rows.rows().column(103).value(i)).isEqualTo(new float[] {key, rows.ticks()[i], 0});
    }
    DeltaBatch carried = files.readDeltas(refs(done.files()), DataType.INT64);
    assertThat(carried.ticks()).containsExactly(90);
    assertThat(carried.keys().value(0)).isEqualTo(4L);
    assertThat(done.files()).allMatch(f -> f.name().startsWith("seg/7/1/3/"));
  }

  @Test
  void all_rows_of_a_key_that_no_delete_removes_are_kept_in_order_of_their_ticks() {
    SegmentInfo a = segment(1, new long[] {5, 5}, new long[] {20, 10}, deletes());
    SegmentInfo b = segment(2, new long[] {5}, new long[] {15}, deletes());
    TaskStatus done = run(new Work.Compact(List.of(a, b), List.of(), SCHEMA, 3, 50));
    assertThat(files.readTicks(refs(done.files()))).containsExactly(10, 15, 20);
    assertThat(done.files()).noneMatch(f -> f.kind().equals("DELTALOG"));
  }

  @Test
  void a_compaction_without_rows_has_no_files() {
    SegmentInfo a = segment(1, new long[] {5}, new long[] {20}, deletes(5, 30));
    TaskStatus done = run(new Work.Compact(List.of(a), List.of(), SCHEMA, 3, 30));
    assertThat(done).isEqualTo(new TaskStatus(State.DONE, List.of(), 0, 0, 0, ""));
  }

  @Test
  void an_index_is_one_file_and_a_json_field_needs_none() {
    SegmentInfo segment = segment(1, new long[] {1, 2, 3}, new long[] {1, 2, 3}, deletes());
    for (String type : List.of("HNSW", "FLAT", "AUTOINDEX")) {
      TaskStatus done = run(new Work.BuildIndex(segment, SCHEMA, index(103, type)));
      assertThat(done.error()).isEmpty();
      assertThat(done.rows()).isEqualTo(3);
      assertThat(done.files()).hasSize(1);
      TaskFile file = done.files().getFirst();
      assertThat(file.kind()).isEqualTo("INDEX");
      assertThat(file.fieldId()).isEqualTo(103);
      assertThat(file.indexId()).isEqualTo(55);
      assertThat(file.entries()).isEqualTo(3);
      files.fetch(refs(done.files()).getFirst());
    }
    for (String type : List.of("INVERTED", "STL_SORT", "BITMAP", "TRIE", "AUTOINDEX")) {
      assertThat(run(new Work.BuildIndex(segment, SCHEMA, index(102, type))).files()).hasSize(1);
    }
    TaskStatus json = run(new Work.BuildIndex(segment, SCHEMA, index(101, "INVERTED")));
    assertThat(json).isEqualTo(new TaskStatus(State.DONE, List.of(), 3, 3, 4, ""));
    assertThat(directory.resolve("build")).isEmptyDirectory();
  }

  @Test
  void the_same_task_gives_the_same_index() {
    SegmentInfo segment = segment(1, new long[] {1, 2, 3}, new long[] {1, 2, 3}, deletes());
    Work work = new Work.BuildIndex(segment, SCHEMA, index(103, "HNSW"));
    assertThat(run(work).files().getFirst().crc32c())
        .isEqualTo(run(work).files().getFirst().crc32c());
  }

  @Test
  void a_failure_says_why() {
    SegmentInfo segment = segment(1, new long[] {1, 2, 3}, new long[] {1, 2, 3}, deletes());
    assertThat(run(new Work.BuildIndex(segment, SCHEMA, index(103, "AISAQ"))))
        .matches(s -> s.state() == State.FAILED && s.error().contains("AISAQ"));
    assertThat(run(new Work.BuildIndex(segment, SCHEMA, index(102, "HNSW"))))
        .matches(s -> s.state() == State.FAILED && s.error().contains("'text'"));
    assertThat(run(new Work.BuildIndex(segment, SCHEMA, index(109, "HNSW"))))
        .matches(s -> s.state() == State.FAILED && s.error().contains("field with id 109"));
    FileRef vectors = manifests.read(7, 1, 1, 1).files(FileRef.Kind.VECTOR_BINLOG).getFirst();
    store.delete(vectors.name());
    assertThat(run(new Work.Compact(List.of(segment), List.of(), SCHEMA, 3, 0)))
        .matches(s -> s.state() == State.FAILED && s.error().contains(vectors.name()));
    store.delete(ManifestStore.name(7, 1, 1, 1));
    assertThat(run(new Work.Compact(List.of(segment), List.of(), SCHEMA, 3, 0)))
        .matches(s -> s.state() == State.FAILED && s.error().contains("no manifest"));
  }

  @Test
  void a_task_runs_once_an_attempt_and_a_higher_attempt_replaces_it() {
    SegmentInfo segment = segment(1, new long[] {1, 2, 3}, new long[] {1, 2, 3}, deletes());
    Work work = new Work.Compact(List.of(segment), List.of(), SCHEMA, 3, 0);
    assertThat(node.poll(900).state()).isEqualTo(State.UNKNOWN);
    node.submit(new TaskSpec(900, 2, work));
    TaskStatus first = await(900);
    node.submit(new TaskSpec(900, 2, work));
    node.submit(new TaskSpec(900, 1, work));
    assertThat(await(900)).isEqualTo(first);
    node.submit(new TaskSpec(900, 3, work));
    TaskStatus second = await(900);
    assertThat(second.state()).isEqualTo(State.DONE);
    assertThat(second.files()).doesNotContainAnyElementsOf(first.files());
    node.cancel(900);
    assertThat(node.poll(900).state()).isEqualTo(State.UNKNOWN);
    node.submit(new TaskSpec(900, 3, work));
    assertThat(await(900).state()).isEqualTo(State.DONE);
  }

  @Test
  void a_cancelled_build_makes_way_for_the_next_task() {
    int count = 60_000;
    long[] keys = new long[count];
    java.util.Arrays.setAll(keys, i -> i * 7_919L % count);
    SegmentInfo large = segment(1, keys, keys.clone(), deletes());
    SegmentInfo small = segment(2, new long[] {1}, new long[] {1}, deletes());
    IndexInfo slow =
        new IndexInfo(
            55,
            7,
            103,
            "i",
            "HNSW",
            Map.of("metric_type", "L2", "M", "500", "efConstruction", "5000"),
            1);
    node.submit(new TaskSpec(901, 1, new Work.BuildIndex(large, SCHEMA, slow)));
    node.cancel(901);
    assertThat(node.poll(901).state()).isEqualTo(State.UNKNOWN);
    node.submit(new TaskSpec(902, 1, new Work.BuildIndex(large, SCHEMA, slow)));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (files(directory.resolve("build")) == 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    node.cancel(902);
    assertThat(run(new Work.BuildIndex(small, SCHEMA, index(103, "FLAT"))).state())
        .isEqualTo(State.DONE);
    assertThat(directory.resolve("build")).isEmptyDirectory();
  }

  private static int files(Path directory) {
    String[] names = directory.toFile().list();
    return names == null ? 0 : names.length;
  }
}
