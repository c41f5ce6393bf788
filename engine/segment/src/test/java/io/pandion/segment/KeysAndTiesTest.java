package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Value;
import io.pandion.model.Metric;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryVectors;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.storage.DeltaBatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One answer a key, and one order of answers, in growing and sealed segments.
class KeysAndTiesTest {
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.VARCHAR),
              FieldSchema.of(101, "n", DataType.INT64),
              FieldSchema.vector(102, "v", 2)),
          false,
          1);

  @TempDir private Path directory;

  private static void append(GrowingSegment to, long tick, String key, long n, float x) {
    to.append(
        new RowBatch(
            1,
            Map.of(
                100L,
                Column.Strings.of(key),
                101L,
                Column.Longs.of(n),
                102L,
                new Column.FloatVectors(new float[] {x, 0}, 2))),
        tick);
  }

  private SealedSegment seal(GrowingSegment growing, String folder) throws IOException {
    SealedSegmentWriter.write(directory.resolve(folder), growing.snapshot(), SCHEMA);
    return SealedSegment.open(growing.id(), 1, directory.resolve(folder), SCHEMA);
  }

  private static SearchPlan nearest(float x, int k) {
    return new SearchPlan(
        102,
        Metric.L2,
        new QueryVectors(new float[] {x, 0}, 2),
        k,
        null,
        Map.of(),
        null,
        null,
        Set.of(),
        List.of(101L));
  }

  private static QueryPlan where(@Nullable Filter filter) {
    return new QueryPlan(filter, -1, false, Set.of(), List.of(101L));
  }

  private static List<Object> values(@Nullable Column column) {
    List<Object> out = new ArrayList<>();
    for (int i = 0; i < java.util.Objects.requireNonNull(column).size(); i++) {
      out.add(java.util.Objects.requireNonNull(column.value(i)));
    }
    return out;
  }

  private static void assertNumbers(Segment segment, long readAt, Object... expected) {
    SegmentGroup group = new SegmentGroup(SCHEMA);
    SearchResult hits = group.search(List.of(segment), nearest(0, 10), readAt);
    assertThat(values(hits.fields().get(101L))).containsExactlyInAnyOrder(expected);
    assertThat(values(group.query(List.of(segment), where(null), readAt).fields().get(101L)))
        .containsExactlyInAnyOrder(expected);
    assertThat(segment.count(where(null), readAt)).isEqualTo(expected.length);
  }

  @Test
  void of_several_visible_rows_of_a_key_only_the_newest_is_shown() throws IOException {
    GrowingSegment growing = new GrowingSegment(1, 1, SCHEMA);
    append(growing, 10, "a", 1, 1);
    append(growing, 11, "b", 2, 2);
    append(growing, 12, "a", 3, 3);
    append(growing, 13, "a", 4, 4);
    try (SealedSegment sealed = seal(growing, "s")) {
      for (Segment segment : List.of(growing, sealed)) {
        assertNumbers(segment, 10, 1L);
        assertNumbers(segment, 11, 1L, 2L);
        assertNumbers(segment, 12, 2L, 3L);
        assertNumbers(segment, 99, 2L, 4L);
        Filter old =
            new Filter.Compare(
                Filter.Comparison.EQUAL,
                new Value.Field(101, DataType.INT64),
                new Value.Literal(3L));
        assertThat(segment.query(where(old), 99).size()).isZero();
        assertThat(segment.query(where(old), 12).size()).isEqualTo(1);
        segment.delete(new DeltaBatch(Column.Strings.of("a"), new long[] {13}));
        assertNumbers(segment, 99, 2L, 4L);
        segment.delete(new DeltaBatch(Column.Strings.of("a"), new long[] {20}));
        assertNumbers(segment, 19, 2L, 4L);
        assertNumbers(segment, 20, 2L);
      }
    }
  }

  @Test
  void a_key_in_two_segments_is_its_newest_row() throws IOException {
    GrowingSegment older = new GrowingSegment(1, 1, SCHEMA);
    append(older, 10, "a", 1, 0);
    append(older, 11, "b", 2, 1);
    GrowingSegment newer = new GrowingSegment(2, 1, SCHEMA);
    append(newer, 20, "a", 3, 5);
    try (SealedSegment sealed = seal(older, "s")) {
      for (List<Segment> both :
          List.of(List.<Segment>of(sealed, newer), List.<Segment>of(newer, sealed))) {
        SegmentGroup group = new SegmentGroup(SCHEMA);
        SearchResult hits = group.search(both, nearest(0, 10), 99);
        assertThat(values(hits.fields().get(101L))).containsExactly(2L, 3L);
        assertThat(hits.ticks()).containsExactly(11, 20);
        assertThat(values(group.query(both, where(null), 99).fields().get(101L)))
            .containsExactly(3L, 2L);
      }
    }
  }

  @Test
  void equal_scores_are_in_order_of_the_key_also_at_the_edge() throws IOException {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<String> keys = new ArrayList<>();
    String[] leads = {"a", "\uffff", "🐟", "é"};
    for (int i = 0; i < 400; i++) {
      keys.add(leads[i % 4] + (i / 4 + 100));
    }
    java.util.Collections.shuffle(keys, random);
    GrowingSegment growing = new GrowingSegment(1, 1, SCHEMA);
    for (String key : keys) {
      append(growing, 10, key, 1, key.charAt(key.length() - 1) % 2);
    }
    List<String> even = new ArrayList<>(keys);
    even.removeIf(key -> key.charAt(key.length() - 1) % 2 != 0);
    even.sort(io.pandion.model.Keys::compare);
    try (SealedSegment sealed = seal(growing, "s")) {
      for (Segment segment : List.of(growing, sealed)) {
        for (int k : new int[] {1, 2, 7, 100, 199, 200}) {
          SegmentHits hits = segment.search(nearest(0, k), 99);
          assertThat(values(hits.keys()))
              .as("seed %d, k %d", seed, k)
              .isEqualTo(even.subList(0, k));
        }
        assertThat(segment.search(nearest(0, 5_000), 99).from(1)).isEqualTo(400);
      }
    }
    assertThat(even.getFirst()).startsWith("a");
    assertThat(even.getLast()).startsWith("🐟");
  }

  @Test
  void a_search_that_sees_all_writes_allocates_little_more_than_its_answer() throws IOException {
    int rows = 60_000;
    GrowingSegment growing = new GrowingSegment(1, 1, SCHEMA);
    ColumnBuilder keys = new ColumnBuilder(DataType.VARCHAR, 0);
    float[] vectors = new float[2 * rows];
    for (int i = 0; i < rows; i++) {
      keys.add("k" + i);
      vectors[2 * i] = i;
    }
    growing.append(
        new RowBatch(
            rows,
            Map.of(
                100L,
                keys.build(),
                101L,
                Column.Longs.of(new long[rows]),
                102L,
                new Column.FloatVectors(vectors, 2))),
        10);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    SearchPlan plan = nearest(100, 10);
    try (SealedSegment sealed = seal(growing, "s")) {
      for (Segment segment : List.of(growing, sealed)) {
        segment.delete(new DeltaBatch(Column.Strings.of("k100"), new long[] {20}));
        long before = 0;
        for (int i = 0; i < 300; i++) {
          before = i == 200 ? threads.getCurrentThreadAllocatedBytes() : before;
          assertThatCount(segment.search(plan, 99));
        }
        long each = (threads.getCurrentThreadAllocatedBytes() - before) / 100;
        // A set of all rows has 7,500 bytes.
        assertThat(each).as("bytes a search").isLessThan(6_000);
      }
    }
  }

  private static void assertThatCount(SegmentHits hits) {
    if (hits.from(1) != 10) {
      throw new AssertionError("found " + hits.from(1));
    }
  }
}
