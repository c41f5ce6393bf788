package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IvfIndexTest {
  private static final int DIMENSION = 41;

  @TempDir Path folder;

  private VectorIndex index(String name, FloatRows rows, Metric metric, Map<String, String> params)
      throws IOException {
    VectorIndexType type = VectorIndexTypes.of(name);
    Path file = Files.createTempFile(folder, name, "");
    Files.delete(file);
    type.check(params);
    type.build(rows, metric, params, 7, 2, file);
    return type.open(TestVectors.file(file), rows, metric);
  }

  private static VectorSearch search(
      int k, @Nullable AcceptRows accept, Map<String, String> params) {
    return new VectorSearch(k, accept, Float.NaN, Float.NaN, params);
  }

  /// The exact best rows.
  private static int[] truth(
      float[][] vectors, Metric metric, float[] query, int k, @Nullable AcceptRows accept) {
    return IntStream.range(0, vectors.length)
        .filter(row -> accept == null || accept.accepts(row))
        .boxed()
        .sorted(
            (a, b) ->
                Double.compare(
                    TestVectors.score(metric, query, vectors[b]),
                    TestVectors.score(metric, query, vectors[a])))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static int hits(TopK found, int[] truth) {
    int hits = 0;
    for (int i = 0; i < found.size(); i++) {
      int row = found.row(i);
      hits += Arrays.stream(truth).anyMatch(t -> t == row) ? 1 : 0;
    }
    return hits;
  }

  @ParameterizedTest
  @CsvSource({
    "IVF_FLAT,0.97",
    "IVF_SQ8,0.97",
    "IVF_PQ,0.96",
    "IVF_RABITQ,0.95",
    "SCANN,0.96",
  })
  void recall_is_high_with_every_metric_and_filter(String name, double least) throws IOException {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 12_000, DIMENSION, 60);
    FloatRows rows = TestVectors.rows(vectors, DIMENSION);
    float[][] queries = TestVectors.clustered(random, 40, DIMENSION, 60);
    for (Metric metric : Metric.values()) {
      VectorIndex index = index(name, rows, metric, Map.of("nlist", "64"));
      assertThat(index.rows()).isEqualTo(12_000);
      for (double ratio : new double[] {1, 0.5, 0.1, 0.01}) {
        @Nullable AcceptRows accept =
            ratio == 1 ? null : TestVectors.passing(random, 12_000, ratio);
        VectorSearch search =
            search(10, accept, Map.of("nprobe", "32", "reorder_k", "200", "refine_k", "20"));
        int sum = 0;
        for (float[] query : queries) {
          TopK found = TestVectors.search(index, query, search);
          assertThat(found.size()).isEqualTo(10);
          sum += hits(found, truth(vectors, metric, query, 10, accept));
          for (int i = 0; i < 10; i++) {
            double score = TestVectors.score(metric, query, vectors[found.row(i)]);
            assertThat((double) found.score(i)).isCloseTo(score, within(1e-3));
            assertThat(accept == null || accept.accepts(found.row(i))).isTrue();
          }
        }
        double recall = sum / (10.0 * queries.length);
        System.out.println(name + " " + metric + " " + ratio + " recall " + recall);
        assertThat(recall).as(name + " " + metric + " " + ratio).isGreaterThanOrEqualTo(least);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"IVF_FLAT", "IVF_SQ8", "IVF_PQ", "IVF_RABITQ", "SCANN"})
  void queries_together_find_what_each_finds_alone(String name) throws IOException {
    Random random = TestVectors.random();
    FloatRows rows =
        TestVectors.rows(TestVectors.clustered(random, 5_000, DIMENSION, 30), DIMENSION);
    float[][] queries = TestVectors.clustered(random, 33, DIMENSION, 30);
    for (Metric metric : Metric.values()) {
      VectorIndex index = index(name, rows, metric, Map.of("nlist", "40"));
      AcceptRows half = TestVectors.passing(random, 5_000, 0.5);
      for (@Nullable AcceptRows accept : Arrays.asList(null, half)) {
        VectorSearch search = search(10, accept, Map.of("nprobe", "10"));
        TopK[] tops = TestVectors.together(index, queries, search);
        for (int i = 0; i < tops.length; i++) {
          TopK alone = TestVectors.search(index, queries[i], search);
          assertThat(tops[i].size()).isEqualTo(alone.size());
          for (int j = 0; j < alone.size(); j++) {
            assertThat(tops[i].row(j)).isEqualTo(alone.row(j));
            assertThat(tops[i].score(j)).isEqualTo(alone.score(j));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"IVF_FLAT", "IVF_SQ8", "IVF_PQ", "IVF_RABITQ", "SCANN"})
  void a_range_is_kept_and_all_k_rows_are_found_though_the_nearest_lists_lack_them(String name)
      throws IOException {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 4_000, DIMENSION, 30);
    FloatRows rows = TestVectors.rows(vectors, DIMENSION);
    for (Metric metric : Metric.values()) {
      VectorIndex index = index(name, rows, metric, Map.of("nlist", "50"));
      float[] query = TestVectors.clustered(random, 1, DIMENSION, 1)[0];
      int[] order = truth(vectors, metric, query, 4_000, null);
      float high = (float) TestVectors.score(metric, query, vectors[order[3_000]]);
      float low = (float) TestVectors.score(metric, query, vectors[order[3_500]]);
      VectorSearch far = new VectorSearch(20, null, low, high, Map.of("nprobe", "1"));
      TopK found = TestVectors.search(index, query, far);
      assertThat(found.size()).isEqualTo(20);
      for (int i = 0; i < 20; i++) {
        assertThat(found.score(i)).isGreaterThan(low).isLessThanOrEqualTo(high);
      }
      TopK all = TestVectors.search(index, query, search(4_000, null, Map.of("nprobe", "1")));
      assertThat(all.size()).isEqualTo(4_000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"IVF_FLAT", "IVF_SQ8", "IVF_PQ", "IVF_RABITQ", "SCANN"})
  void few_rows_and_none_and_equal_ones_are_found(String name) throws IOException {
    for (int count : new int[] {0, 1, 2, 33, 100}) {
      float[][] vectors = new float[count][3];
      for (int i = 0; i < count; i++) {
        vectors[i][i % 2] = 1;
      }
      FloatRows rows = TestVectors.rows(vectors, 3);
      for (Metric metric : Metric.values()) {
        VectorIndex index = index(name, rows, metric, Map.of("nlist", "1000"));
        TopK found = TestVectors.search(index, new float[] {1, 0, 0}, search(200, null, Map.of()));
        assertThat(found.size()).isEqualTo(count);
        for (int i = 0; i < (count + 1) / 2; i++) {
          assertThat(found.row(i)).isEqualTo(2 * i);
        }
      }
    }
  }

  @Test
  void the_same_seed_gives_the_same_file() throws IOException {
    FloatRows rows =
        TestVectors.rows(
            TestVectors.clustered(TestVectors.random(), 3_000, DIMENSION, 30), DIMENSION);
    VectorIndexType type = VectorIndexTypes.of("IVF_PQ");
    type.build(rows, Metric.L2, Map.of(), 5, folder.resolve("a"));
    type.build(rows, Metric.L2, Map.of(), 5, 3, folder.resolve("b"));
    assertThat(Files.mismatch(folder.resolve("a"), folder.resolve("b"))).isEqualTo(-1);
  }

  @Test
  void more_bits_and_parts_tell_rows_apart_better() throws IOException {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 4_000, 40, 20);
    FloatRows rows = TestVectors.rows(vectors, 40);
    float[][] queries = TestVectors.clustered(random, 40, 40, 20);
    double last = 0;
    for (String[] of : new String[][] {{"5", "4"}, {"20", "4"}, {"20", "8"}}) {
      VectorIndex index =
          index("IVF_PQ", rows, Metric.L2, Map.of("nlist", "16", "m", of[0], "nbits", of[1]));
      int sum = 0;
      for (float[] query : queries) {
        VectorSearch search = search(10, null, Map.of("nprobe", "16", "reorder_k", "10"));
        sum +=
            hits(
                TestVectors.search(index, query, search),
                truth(vectors, Metric.L2, query, 10, null));
      }
      double recall = sum / 400.0;
      System.out.println("m " + of[0] + " nbits " + of[1] + " recall " + recall);
      assertThat(recall).isGreaterThan(last + 0.02);
      last = recall;
    }
  }

  @Test
  void wrong_parameters_and_files_are_named() throws IOException {
    VectorIndexType type = VectorIndexTypes.of("IVF_PQ");
    assertThatThrownBy(() -> type.check(Map.of("nlist", "0")))
        .isInstanceOf(PandionException.class)
        .hasMessage("param 'nlist' (0) out of range: [1, 65536]");
    assertThatThrownBy(() -> type.check(Map.of("m", "x")))
        .hasMessage("param 'm' (x) should be an integer");
    assertThatThrownBy(() -> type.check(Map.of("nbits", "25")))
        .hasMessage("param 'nbits' (25) out of range: [1, 24]");
    assertThatThrownBy(() -> type.check(Map.of("m", "7"), 100))
        .hasMessage("dimension must be able to be divided by `m`, dimension: 100, m: 7");
    assertThatThrownBy(() -> type.checkSearch(Map.of("nprobe", "0"), 10))
        .hasMessage("param 'nprobe' (0) out of range: [1, 65536]");
    assertThatThrownBy(() -> type.checkSearch(Map.of("reorder_k", "9"), 10))
        .hasMessageContaining("param 'reorder_k' (9) out of range: [10, ");
    assertThatThrownBy(() -> type.checkSearch(Map.of("refine_k", "0.5"), 10))
        .hasMessageContaining("param 'refine_k' (0.5) out of range");
    assertThatThrownBy(() -> VectorIndexTypes.of("IVF_RABITQ").check(Map.of("refine_type", "SQ5")))
        .hasMessageContaining("param 'refine_type' (SQ5) should be one of");
    FloatRows rows = TestVectors.rows(TestVectors.clustered(TestVectors.random(), 300, 8, 3), 8);
    Path file = folder.resolve("file");
    type.build(rows, Metric.L2, Map.of(), 1, file);
    MemorySegment bytes = TestVectors.file(file);
    assertThatThrownBy(() -> type.open(bytes, rows, Metric.IP))
        .hasMessageContaining("other vectors or another metric");
    bytes.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 9_000, (byte) 77);
    assertThatThrownBy(() -> type.open(bytes, rows, Metric.L2)).hasMessageContaining("checksum");
  }
}
