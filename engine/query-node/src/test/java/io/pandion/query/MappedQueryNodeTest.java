package io.pandion.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.cluster.QueryNode.LoadedSegment;
import io.pandion.cluster.SearchTimes;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryVectors;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.FileRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedQueryNodeTest {
  private static final long LATE = 1_000_000;

  @TempDir private Path directory;
  private NodeWorld world;
  private MappedQueryNode node;

  @BeforeEach
  void open() {
    world = new NodeWorld(directory);
    node = node("cache");
  }

  @AfterEach
  void close() {
    node.close();
    world.close();
  }

  private MappedQueryNode node(String cache) {
    return new MappedQueryNode(
        "q1", world.files, world.manifests, directory.resolve(cache), 2, SearchTimes.unread());
  }

  private SegmentInfo segment(long id, int rows) {
    return world.segment(
        id, NodeWorld.line("s" + id + "-", rows), NodeWorld.noDeletes(), NodeWorld.SCHEMA);
  }

  private void load(SegmentInfo segment, SegmentInfo... deltas) {
    node.load(segment, NodeWorld.SCHEMA, List.of(), List.of(deltas));
  }

  private List<String> keys(Long... segments) {
    return NodeWorld.strings(node.query(List.of(segments), NodeWorld.everything(), LATE).keys());
  }

  private List<Path> cached(String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(directory.resolve("cache"))) {
      return all.filter(Files::isRegularFile).filter(f -> f.toString().endsWith(suffix)).toList();
    }
  }

  @Test
  void reads_merge_the_segments_that_they_name() {
    load(segment(1, 5));
    load(segment(2, 3));
    load(segment(3, 9));
    load(segment(3, 9));
    assertThat(node.loaded()).extracting(LoadedSegment::segmentId).containsExactly(1L, 2L, 3L);
    SearchResult hits = node.search(List.of(1L, 2L), NodeWorld.nearest(2, 0, 4, 101L), LATE);
    assertThat(NodeWorld.strings(hits.keys())).containsExactly("s1-2", "s2-2", "s1-1", "s1-3");
    assertThat(NodeWorld.strings(hits.fields().get(101L))).containsExactly("2", "2", "1", "3");
    assertThat(keys(2L, 1L)).hasSize(8).isSorted();
    QueryPlan count = new QueryPlan(null, -1, true, Set.of(), List.of());
    assertThat(node.query(List.of(1L, 3L), count, LATE).count()).isEqualTo(14);
    assertThat(node.query(List.of(1L, 3L), count, 10).count()).isEqualTo(2);
  }

  @Test
  void many_queries_find_what_each_finds_alone() {
    load(segment(1, 300));
    load(segment(2, 200));
    node.delete(List.of(1L), Column.Strings.of("s1-7", "s1-8"), 60);
    float[] queries = new float[2 * 100];
    for (int q = 0; q < 100; q++) {
      queries[2 * q] = 3 * q - 10;
    }
    SearchPlan one = NodeWorld.nearest(0, 0, 5, 101L);
    SearchPlan many =
        new SearchPlan(
            one.vectorField(),
            one.metric(),
            new QueryVectors(queries, 2),
            one.k(),
            one.filter(),
            one.params(),
            one.radius(),
            one.rangeFilter(),
            one.partitionIds(),
            one.outputFields());
    SearchResult all = node.search(List.of(1L, 2L), many, LATE);
    assertThat(all.queries()).isEqualTo(100);
    List<String> keys = NodeWorld.strings(all.keys());
    List<String> numbers = NodeWorld.strings(all.fields().get(101L));
    for (int q = 0; q < 100; q++) {
      SearchResult alone =
          node.search(List.of(1L, 2L), NodeWorld.nearest(queries[2 * q], 0, 5, 101L), LATE);
      int from = all.from()[q];
      int to = all.from()[q + 1];
      assertThat(keys.subList(from, to)).hasSize(5).isEqualTo(NodeWorld.strings(alone.keys()));
      assertThat(numbers.subList(from, to)).isEqualTo(NodeWorld.strings(alone.fields().get(101L)));
      assertThat(java.util.Arrays.copyOfRange(all.scores(), from, to)).isEqualTo(alone.scores());
    }
  }

  @Test
  void deletes_of_own_deltalogs_of_level_zero_and_of_the_log_are_applied() {
    DeltaBatch own = new DeltaBatch(Column.Strings.of("s1-0"), new long[] {50});
    SegmentInfo segment = world.segment(1, NodeWorld.line("s1-", 6), own, NodeWorld.SCHEMA);
    SegmentInfo all =
        world.level0(10, -1, new DeltaBatch(Column.Strings.of("s1-1"), new long[] {50}));
    SegmentInfo other =
        world.level0(11, 2, new DeltaBatch(Column.Strings.of("s1-2"), new long[] {50}));
    load(segment, all, other);
    node.delete(List.of(1L), Column.Strings.of("s1-3", "none"), 60);
    assertThat(keys(1L)).containsExactly("s1-2", "s1-4", "s1-5");
    SegmentInfo later =
        world.level0(12, 1, new DeltaBatch(Column.Strings.of("s1-4"), new long[] {70}));
    load(segment, all, later);
    assertThat(keys(1L)).containsExactly("s1-2", "s1-5");
    assertThat(node.loaded().getFirst().deletedRows()).isEqualTo(4);
    assertThat(NodeWorld.strings(node.query(List.of(1L), NodeWorld.everything(), 55).keys()))
        .containsExactly("s1-2", "s1-3", "s1-4", "s1-5");
  }

  @Test
  void the_cache_serves_after_a_restart_without_the_binlogs() {
    SegmentInfo segment = segment(1, 50);
    load(segment);
    node.close();
    world.manifest(segment).files().forEach(f -> world.store.delete(f.name()));
    node = node("cache");
    assertThat(node.loaded()).isEmpty();
    load(segment);
    assertThat(keys(1L)).hasSize(50);
  }

  @Test
  void a_damaged_cache_is_made_again_from_the_bucket() throws IOException {
    SegmentInfo segment = world.indexed(segment(1, 50), NodeWorld.BY_VECTOR);
    List<IndexInfo> indexes = List.of(NodeWorld.BY_VECTOR);
    node.load(segment, NodeWorld.SCHEMA, indexes, List.of());
    assertThat(cached(".idx")).hasSize(1);
    for (Path file : cached("")) {
      node.close();
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.delete(file); // an index file may be a link to the object
      Files.write(file, bytes);
      node = node("cache");
      node.load(segment, NodeWorld.SCHEMA, indexes, List.of());
      assertThat(keys(1L)).as(file.toString()).hasSize(50);
      node.close();
      if (Files.exists(file)) {
        Files.delete(file);
      }
      node = node("cache");
      node.load(segment, NodeWorld.SCHEMA, indexes, List.of());
      assertThat(keys(1L)).as(file.toString()).hasSize(50);
      assertThat(node.loaded().getFirst().indexIds()).containsExactly(71L);
    }
  }

  @Test
  void a_load_that_fails_leaves_nothing_behind() throws IOException {
    SegmentInfo segment = segment(1, 50);
    for (FileRef ref : world.manifest(segment).files()) {
      Path file = world.store.localCopy(ref.name(), directory);
      byte[] good = Files.readAllBytes(file);
      byte[] bad = good.clone();
      bad[good.length / 3] ^= 1;
      Files.write(file, bad);
      assertThatThrownBy(() -> load(segment))
          .isInstanceOfSatisfying(
              PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA))
          .hasMessageContaining(ref.name());
      Files.delete(file);
      assertThatThrownBy(() -> load(segment)).hasMessageContaining("is missing from the bucket");
      assertThat(node.loaded()).isEmpty();
      assertThat(cached("")).isEmpty();
      Files.write(file, good);
    }
    load(segment);
    assertThat(keys(1L)).hasSize(50);
    assertThatThrownBy(
            () -> load(NodeWorld.info(world.manifest(segment), segment.manifestVersion() + 5)))
        .hasMessageContaining("no manifest of version");
    assertThat(keys(1L)).hasSize(50);
  }

  @Test
  void a_cache_that_cannot_be_written_is_a_clear_error() throws IOException {
    Files.writeString(directory.resolve("cache").resolve("7"), "in the way");
    assertThatThrownBy(() -> load(segment(1, 5)))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY))
        .hasMessageContaining("cache segment 1 in")
        .hasMessageContaining("is the disk full?");
    assertThat(node.loaded()).isEmpty();
  }

  @Test
  void a_newer_manifest_brings_indexes_and_a_dropped_index_goes() throws IOException {
    SegmentInfo first = segment(1, 400);
    SegmentInfo second = world.indexed(first, NodeWorld.BY_NUMBER);
    SegmentInfo third = world.indexed(second, NodeWorld.BY_VECTOR);
    load(first);
    List<IndexInfo> both = List.of(NodeWorld.BY_NUMBER, NodeWorld.BY_VECTOR);
    node.load(third, NodeWorld.SCHEMA, both, List.of());
    assertThat(node.loaded().getFirst().indexIds()).containsExactly(70L, 71L);
    assertThat(node.loaded().getFirst().manifestVersion()).isEqualTo(third.manifestVersion());
    node.load(first, NodeWorld.SCHEMA, both, List.of());
    assertThat(node.loaded().getFirst().manifestVersion()).isEqualTo(third.manifestVersion());
    assertThat(
            NodeWorld.strings(node.search(List.of(1L), NodeWorld.nearest(200, 0, 1), LATE).keys()))
        .containsExactly("s1-200");
    node.load(third, NodeWorld.SCHEMA, List.of(NodeWorld.BY_NUMBER), List.of());
    assertThat(node.loaded().getFirst().indexIds()).containsExactly(70L);
    assertThat(cached(".idx")).hasSize(1);
    assertThat(keys(1L)).hasSize(400);
  }

  @Test
  void other_binlogs_replace_the_rows_and_keep_the_deletes() throws IOException {
    SegmentInfo old = segment(1, 30);
    load(old);
    node.delete(List.of(1L), Column.Strings.of("s1-7"), 500);
    List<FileRef> again =
        world.files.writeRows(
            "seg/7/1/1/", 1, NodeWorld.line("s1-", 30), world.manifest(old).schema());
    io.pandion.storage.SegmentManifest m = world.manifest(old);
    io.pandion.storage.SegmentManifest next =
        new io.pandion.storage.SegmentManifest(
            1, 7, 1, "c0", "L1", 2, 30, 0, 0, 0, 0, m.schema(), again, List.of());
    load(NodeWorld.info(next, world.manifests.write(next)));
    assertThat(keys(1L)).hasSize(29).doesNotContain("s1-7");
    assertThat(cached("fields.col")).hasSize(1);
  }

  @Test
  void a_field_added_later_is_null_once_the_node_has_the_schema() {
    SegmentInfo segment = segment(1, 3);
    load(segment);
    List<FieldSchema> more = new ArrayList<>(NodeWorld.SCHEMA.fields());
    more.add(FieldSchema.of(103, "later", DataType.INT64).asNullable());
    CollectionSchema altered = new CollectionSchema("birds", "", more, false, 2);
    QueryPlan plan = NodeWorld.everything(103L);
    assertThatThrownBy(() -> node.query(List.of(1L), plan, LATE))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY));
    node.load(segment, altered, List.of(), List.of());
    assertThat(NodeWorld.strings(node.query(List.of(1L), plan, LATE).fields().get(103L)))
        .containsExactly("null", "null", "null");
    load(segment);
    assertThat(node.query(List.of(1L), plan, LATE).count()).isEqualTo(3);
  }

  @Test
  void a_released_segment_is_not_found_and_its_files_are_gone() throws IOException {
    load(segment(1, 5));
    load(segment(2, 5));
    node.release(List.of(1L, 99L));
    assertThat(cached("fields.col")).hasSize(1);
    assertThat(keys(2L)).hasSize(5);
    List<Runnable> reads =
        List.of(
            () -> node.search(List.of(2L, 1L), NodeWorld.nearest(0, 0, 1), LATE),
            () -> node.query(List.of(2L, 1L), NodeWorld.everything(), LATE),
            () -> node.delete(List.of(1L), Column.Strings.of("s1-1"), 99));
    for (Runnable read : reads) {
      assertThatThrownBy(read::run)
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> {
                assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND);
                assertThat(e.subject()).isEqualTo(Subject.SEGMENT);
              });
    }
  }

  @Test
  void what_a_search_throws_on_its_threads_reaches_the_caller() {
    SegmentInfo segment = world.indexed(segment(1, 50), NodeWorld.BY_VECTOR);
    node.load(segment, NodeWorld.SCHEMA, List.of(NodeWorld.BY_VECTOR), List.of());
    SearchPlan plan =
        new SearchPlan(
            102,
            Metric.L2,
            new QueryVectors(new float[2], 2),
            10,
            null,
            Map.of("ef", "3"),
            null,
            null,
            Set.of(),
            List.of());
    assertThatThrownBy(() -> node.search(List.of(1L), plan, LATE))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_REQUEST))
        .hasMessageContaining("ef");
  }
}
