package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Metric;
import io.pandion.model.QueryVectors;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.storage.DeltaBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrowingIndexTest {
  private static final int DIMENSION = 16;
  private static final int FIRST = GrowingIndex.FEWEST;
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.INT64), FieldSchema.vector(102, "v", DIMENSION)),
          false,
          1);

  private final long seed = Long.getLong("seed", 42L);
  private final Random random = new Random(seed);
  private final ExecutorService linking = Executors.newSingleThreadExecutor();
  private final GrowingSegment segment = new GrowingSegment(1, 2, SCHEMA, linking);
  private final GrowingSegment scanned = new GrowingSegment(1, 2, SCHEMA);
  private long nextKey;

  GrowingIndexTest() {
    System.out.println("-Dseed=" + seed);
  }

  @AfterEach
  void stop() throws InterruptedException {
    segment.close();
    linking.shutdownNow();
    assertThat(linking.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  private float[] vector() {
    float[] out = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      out[i] = (float) random.nextGaussian() + (i == 0 ? 3 * random.nextInt(5) : 0);
    }
    return out;
  }

  private void append(int rows, float @Nullable [] same) {
    ColumnBuilder keys = ColumnBuilder.of(SCHEMA.primaryKey());
    float[] values = new float[rows * DIMENSION];
    for (int i = 0; i < rows; i++) {
      keys.add(nextKey++);
      System.arraycopy(same == null ? vector() : same, 0, values, i * DIMENSION, DIMENSION);
    }
    RowBatch batch =
        new RowBatch(
            rows, Map.of(100L, keys.build(), 102L, new Column.FloatVectors(values, DIMENSION)));
    segment.append(batch, 10);
    scanned.append(batch, 10);
  }

  private static SearchPlan plan(float[] query, int k, Map<String, String> params) {
    return new SearchPlan(
        102,
        Metric.COSINE,
        new QueryVectors(query, DIMENSION),
        k,
        null,
        params,
        null,
        null,
        Set.of(),
        List.of());
  }

  private static List<Integer> rows(SegmentHits hits) {
    return rows(hits, 0);
  }

  private static List<Integer> rows(SegmentHits hits, int query) {
    List<Integer> out = new ArrayList<>();
    for (int i = hits.from(query); i < hits.from(query + 1); i++) {
      out.add(hits.row(i));
    }
    return out;
  }

  private double recall(int queries, int k) {
    int hits = 0;
    for (int q = 0; q < queries; q++) {
      SearchPlan plan = plan(vector(), k, Map.of());
      SegmentHits found = segment.search(plan, 20);
      assertThat(rows(found)).hasSize(k);
      Set<Integer> wanted = new HashSet<>(rows(scanned.search(plan, 20)));
      wanted.retainAll(rows(found));
      hits += wanted.size();
    }
    return (double) hits / (queries * k);
  }

  private void awaitLinks(int rows) throws InterruptedException {
    segment.search(plan(vector(), 1, Map.of()), 20);
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 6_000 && segment.linkedRows(102) < rows; i++) {
      assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
    }
    assertThat(segment.linkedRows(102)).isGreaterThanOrEqualTo(rows);
  }

  @Test
  void few_rows_are_scanned_and_many_are_found_through_a_graph() throws InterruptedException {
    append(FIRST - 1, null);
    assertThat(recall(5, 10)).isEqualTo(1);
    assertThat(segment.linkedRows(102)).isZero();
    append(15_000, null);
    awaitLinks(FIRST + 14_999);
    assertThat(recall(100, 10)).isGreaterThan(0.97);
    // beyond the first capacity of the graph, which it outgrows
    append(3_000, null);
    awaitLinks(FIRST + 17_999);
    assertThat(recall(100, 10)).isGreaterThan(0.97);
  }

  @Test
  void rows_are_found_while_they_are_linked() {
    append(FIRST, null);
    for (int i = 0; i < 60; i++) {
      float[] fresh = vector();
      append(1, fresh);
      SegmentHits found = segment.search(plan(fresh, 1, Map.of()), 20);
      assertThat(rows(found)).containsExactly(FIRST + 101 * i);
      append(100, null);
      assertThat(recall(1, 5)).isGreaterThanOrEqualTo(0.6);
    }
  }

  @Test
  void deleted_rows_and_equal_rows_do_not_get_in_the_way() throws InterruptedException {
    float[] same = vector();
    append(FIRST, null);
    append(500, same);
    append(FIRST, null);
    awaitLinks(2 * FIRST + 500);
    assertThat(rows(segment.search(plan(same, 400, Map.of()), 20)))
        .allMatch(row -> row >= FIRST && row < FIRST + 500);
    ColumnBuilder keys = ColumnBuilder.of(SCHEMA.primaryKey());
    long[] ticks = new long[499];
    for (long key = FIRST; key < FIRST + 499; key++) {
      keys.add(key);
      ticks[(int) key - FIRST] = 15;
    }
    DeltaBatch deletes = new DeltaBatch(keys.build(), ticks);
    segment.delete(deletes);
    scanned.delete(deletes);
    SegmentHits left = segment.search(plan(same, 5, Map.of()), 20);
    assertThat(left.row(0)).isEqualTo(FIRST + 499);
    assertThat(rows(left)).hasSize(5).noneMatch(row -> row >= FIRST && row < FIRST + 499);
  }

  @Test
  void a_field_with_a_flat_index_is_scanned() throws InterruptedException {
    append(2 * FIRST, null);
    awaitLinks(2 * FIRST);
    for (int q = 0; q < 20; q++) {
      SearchPlan plan = plan(vector(), 50, Map.of("index_type", "FLAT"));
      assertThat(rows(segment.search(plan, 20))).isEqualTo(rows(scanned.search(plan, 20)));
    }
  }

  @Test
  void queries_together_find_what_each_finds_alone() throws InterruptedException {
    append(2 * FIRST, null);
    awaitLinks(2 * FIRST);
    float[] queries = new float[70 * DIMENSION];
    for (int q = 0; q < 70; q++) {
      System.arraycopy(vector(), 0, queries, q * DIMENSION, DIMENSION);
    }
    SegmentHits together = segment.search(plan(queries, 10, Map.of()), 20);
    for (int q = 0; q < 70; q++) {
      float[] one = Arrays.copyOfRange(queries, q * DIMENSION, (q + 1) * DIMENSION);
      assertThat(rows(together, q)).isEqualTo(rows(segment.search(plan(one, 10, Map.of()), 20)));
    }
  }
}
