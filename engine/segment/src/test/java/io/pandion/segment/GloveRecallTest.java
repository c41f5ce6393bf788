package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.index.VectorIndexType;
import io.pandion.index.VectorIndexTypes;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Value;
import io.pandion.model.Metric;
import io.pandion.model.QueryVectors;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Recall of the ten nearest words among 9,800, by cosine, for 200 words that are not among them:
/// without a filter and with filters that 50, 10 and 1 % of the rows pass.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GloveRecallTest {
  private static final int K = 10;
  private static final int[] PERCENT = {100, 50, 10, 1};
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "words",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.INT64),
              FieldSchema.of(101, "percentile", DataType.INT32),
              FieldSchema.vector(102, "v", GloveVectors.DIMENSION)),
          false,
          1);

  @TempDir private Path directory;
  private final List<float[]> data = new ArrayList<>();
  private float[] queries = {};

  /// Scores of the ten nearest, by filter and query.
  private final float[][][] truth = new float[PERCENT.length][200][];

  private int folders;

  @BeforeAll
  void read() throws IOException {
    List<float[]> all = GloveVectors.read();
    assertThat(all).hasSize(10_000);
    queries = new float[200 * GloveVectors.DIMENSION];
    for (int i = 0; i < all.size(); i++) {
      if (i % 50 == 0) {
        System.arraycopy(
            all.get(i), 0, queries, i / 50 * GloveVectors.DIMENSION, GloveVectors.DIMENSION);
      } else {
        data.add(all.get(i));
      }
    }
    for (int f = 0; f < PERCENT.length; f++) {
      for (int q = 0; q < 200; q++) {
        truth[f][q] = best(q, PERCENT[f]);
      }
    }
  }

  private static int percentile(int row) {
    return (int) (row * 2_654_435_761L % 100);
  }

  private float[] best(int query, int percent) {
    double[] scores = new double[data.size()];
    int count = 0;
    for (int row = 0; row < data.size(); row++) {
      if (percentile(row) < percent) {
        scores[count++] = cosine(query, data.get(row));
      }
    }
    Arrays.sort(scores, 0, count);
    float[] out = new float[K];
    for (int i = 0; i < K; i++) {
      out[i] = (float) scores[count - 1 - i];
    }
    return out;
  }

  private double cosine(int query, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < b.length; i++) {
      double x = queries[query * b.length + i];
      dot += x * b[i];
      aa += x * x;
      bb += (double) b[i] * b[i];
    }
    return dot / Math.sqrt(aa * bb);
  }

  private GrowingSegment growing(int from, int to) {
    GrowingSegment segment = new GrowingSegment(from, 1, SCHEMA);
    int count = to - from;
    long[] keys = new long[count];
    int[] percentiles = new int[count];
    float[] vectors = new float[count * GloveVectors.DIMENSION];
    for (int i = 0; i < count; i++) {
      keys[i] = (long) from + i;
      percentiles[i] = percentile(from + i);
      System.arraycopy(
          data.get(from + i), 0, vectors, i * GloveVectors.DIMENSION, GloveVectors.DIMENSION);
    }
    segment.append(
        new RowBatch(
            count,
            Map.of(
                100L,
                Column.Longs.of(keys),
                101L,
                new Column.Ints(percentiles, null),
                102L,
                new Column.FloatVectors(vectors, GloveVectors.DIMENSION))),
        5);
    return segment;
  }

  private SealedSegment sealed(int from, int to, @Nullable String type, Map<String, String> params)
      throws IOException {
    Path folder = directory.resolve("s" + folders++);
    SealedSegmentWriter.write(folder, growing(from, to).snapshot(), SCHEMA);
    SealedSegment segment = SealedSegment.open(from, 1, folder, SCHEMA);
    if (type != null) {
      VectorIndexType kind = VectorIndexTypes.of(type);
      Path file = folder.resolve("v.index");
      kind.build(segment.vectors(102), Metric.COSINE, params, 3, file);
      segment.addIndex(102, kind, Metric.COSINE, file);
    }
    return segment;
  }

  private void assertRecall(List<? extends Segment> segments, double atLeast) {
    for (int f = 0; f < PERCENT.length; f++) {
      Filter filter =
          PERCENT[f] == 100
              ? null
              : new Filter.Compare(
                  Filter.Comparison.LESS,
                  new Value.Field(101, DataType.INT32),
                  new Value.Literal((long) PERCENT[f]));
      SearchPlan plan =
          new SearchPlan(
              102,
              Metric.COSINE,
              new QueryVectors(queries, GloveVectors.DIMENSION),
              K,
              filter,
              Map.of("ef", "64"),
              null,
              null,
              Set.of(),
              List.of(101L));
      SearchResult found = new SegmentGroup(SCHEMA).search(segments, plan, 9);
      int hits = 0;
      for (int q = 0; q < 200; q++) {
        int from = found.from()[q];
        assertThat(found.from()[q + 1] - from).as("rows of query %d", q).isEqualTo(K);
        for (int i = 0; i < K; i++) {
          hits += found.scores()[from + i] >= truth[f][q][K - 1] - 2e-6f ? 1 : 0;
          long row = (Long) java.util.Objects.requireNonNull(found.keys().value(from + i));
          assertThat(percentile((int) row)).isLessThan(PERCENT[f]);
        }
      }
      assertThat(hits / (200.0 * K))
          .as("recall at %d %%", PERCENT[f])
          .isGreaterThanOrEqualTo(atLeast);
    }
  }

  @Test
  void rows_without_an_index_are_found_exactly() throws IOException {
    assertRecall(List.of(growing(0, data.size())), 1);
    try (SealedSegment sealed = sealed(0, data.size(), null, Map.of())) {
      assertRecall(List.of(sealed), 1);
    }
  }

  @Test
  void flat_is_exact() throws IOException {
    try (SealedSegment sealed = sealed(0, data.size(), "FLAT", Map.of())) {
      assertRecall(List.of(sealed), 1);
    }
  }

  @Test
  void a_graph_finds_95_of_100() throws IOException {
    Map<String, String> params = Map.of("M", "16", "efConstruction", "200");
    try (SealedSegment sealed = sealed(0, data.size(), "HNSW", params)) {
      assertRecall(List.of(sealed), 0.95);
    }
  }

  @Test
  void a_graph_of_default_parameters_finds_95_of_100() throws IOException {
    try (SealedSegment sealed = sealed(0, data.size(), "HNSW", Map.of())) {
      assertRecall(List.of(sealed), 0.95);
    }
  }

  @Test
  void growing_and_indexed_segments_together_find_95_of_100() throws IOException {
    try (SealedSegment graph = sealed(0, 5_000, "AUTOINDEX", Map.of());
        SealedSegment plain = sealed(5_000, 7_000, null, Map.of())) {
      assertRecall(List.of(graph, growing(7_000, data.size()), plain), 0.95);
    }
  }
}
