package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GraphIndexTest {
  private static final Map<String, String> SMALL = Map.of("M", "16", "efConstruction", "100");

  @TempDir private Path folder;
  private int files;

  private Path build(FloatRows rows, Metric metric, Map<String, String> params) throws IOException {
    Path file = folder.resolve("index" + files++);
    VectorIndexTypes.of("HNSW").build(rows, metric, params, 7, file);
    return file;
  }

  private VectorIndex index(FloatRows rows, Metric metric) throws IOException {
    MemorySegment file = TestVectors.file(build(rows, metric, SMALL));
    return VectorIndexTypes.of("HNSW").open(file, rows, metric);
  }

  @Test
  void recall_holds_with_and_without_filters() throws IOException {
    Random random = TestVectors.random();
    float[][] all = TestVectors.clustered(random, 10_200, 100, 100);
    FloatRows rows = TestVectors.rows(Arrays.copyOfRange(all, 0, 10_000), 100);
    VectorIndex index = index(rows, Metric.COSINE);
    VectorIndex truth = new FlatIndex(rows, Metric.COSINE);
    for (double ratio : new double[] {1, 0.9, 0.5, 0.1, 0.01}) {
      AcceptRows accept = ratio == 1 ? null : TestVectors.passing(random, 10_000, ratio);
      VectorSearch search = new VectorSearch(10, accept, Float.NaN, Float.NaN, Map.of("ef", "64"));
      double recall = 0;
      for (int q = 10_000; q < 10_200; q++) {
        recall += recall(index, truth, all[q], search);
      }
      assertThat(recall / 200).as("share of rows accepted: " + ratio).isGreaterThan(0.95);
    }
  }

  private static double recall(
      VectorIndex index, VectorIndex truth, float[] query, VectorSearch search) {
    TopK found = TestVectors.search(index, query, search);
    TopK wanted = TestVectors.search(truth, query, search);
    assertThat(found.size())
        .isBetween(Float.isNaN(search.radius()) ? wanted.size() : 0, wanted.size());
    Set<Integer> rows = new HashSet<>();
    for (int i = 0; i < wanted.size(); i++) {
      rows.add(wanted.row(i));
    }
    int hits = 0;
    for (int i = 0; i < found.size(); i++) {
      assertThat(search.inRange(found.score(i))).isTrue();
      assertThat(search.accept() == null || search.accept().accepts(found.row(i))).isTrue();
      hits += rows.remove(found.row(i)) ? 1 : 0;
    }
    return wanted.size() == 0 ? 1 : (double) hits / wanted.size();
  }

  @ParameterizedTest
  @EnumSource
  void range_search_finds_what_lies_in_range(Metric metric) throws IOException {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 4_000, 24, 40);
    FloatRows rows = TestVectors.rows(vectors, 24);
    VectorIndex index = index(rows, metric);
    VectorIndex truth = new FlatIndex(rows, metric);
    double recall = 0;
    for (int q = 0; q < 50; q++) {
      TopK all = TestVectors.search(truth, vectors[q], TestVectors.top(200, null));
      AcceptRows accept = q % 2 == 0 ? null : TestVectors.passing(random, 4_000, 0.7);
      // Between two scores: how a score is rounded depends on how it was computed.
      float radius = (all.score(20 + 2 * q) + all.score(21 + 2 * q)) / 2;
      float range = q % 3 == 0 ? Float.NaN : (all.score(4) + all.score(5)) / 2;
      recall +=
          recall(index, truth, vectors[q], new VectorSearch(50, accept, radius, range, Map.of()));
    }
    assertThat(recall / 50).isGreaterThan(0.95);
  }

  @ParameterizedTest
  @EnumSource
  void rows_that_are_equal_are_all_found(Metric metric) throws IOException {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 8_000, 8, 30);
    for (int i = 0; i < 8_000; i += 2) {
      vectors[i] = i % 4 == 0 ? new float[8] : vectors[2];
    }
    FloatRows rows = TestVectors.rows(vectors, 8);
    VectorIndex index = index(rows, metric);
    VectorIndex truth = new FlatIndex(rows, metric);
    for (float[] query : new float[][] {new float[8], vectors[2], vectors[1]}) {
      for (@Nullable AcceptRows accept :
          new AcceptRows[] {null, TestVectors.passing(random, 8_000, 0.8)}) {
        TopK found = TestVectors.search(index, query, TestVectors.top(100, accept));
        TopK wanted = TestVectors.search(truth, query, TestVectors.top(100, accept));
        assertThat(found.size()).isEqualTo(100);
        assertThat(found.score(0)).isEqualTo(wanted.score(0));
        for (int i = 0; i < 100; i++) {
          assertThat(found.score(i)).isNotNaN();
        }
      }
    }
    TopK twins = TestVectors.search(index, vectors[2], TestVectors.top(1_000, null));
    assertThat(twins.size()).isEqualTo(1_000);
    if (metric != Metric.IP) {
      assertThat(twins.score(999)).isEqualTo(twins.score(0));
    }
  }

  @Test
  void k_rows_are_found_whenever_they_exist() throws IOException {
    Random random = TestVectors.random();
    for (int count : new int[] {0, 1, 2, 65, 700, 3_000}) {
      float[][] vectors = TestVectors.clustered(random, count, 5, 3);
      VectorIndex index = index(TestVectors.rows(vectors, 5), Metric.L2);
      for (double ratio : new double[] {1, 0.97, 0.3, 0.003}) {
        AcceptRows accept = TestVectors.passing(random, count, ratio);
        for (int k : new int[] {0, 1, 10, 100, 5_000}) {
          TopK top = TestVectors.search(index, new float[5], TestVectors.top(k, accept));
          assertThat(top.size()).isEqualTo(Math.min(k, accept.count()));
        }
      }
    }
  }

  @Test
  void the_same_seed_gives_the_same_file() throws IOException {
    Random random = TestVectors.random();
    FloatRows rows = TestVectors.rows(TestVectors.clustered(random, 500, 10, 5), 10);
    assertThat(build(rows, Metric.L2, SMALL)).hasSameBinaryContentAs(build(rows, Metric.L2, SMALL));
  }

  @Test
  void every_flipped_byte_and_every_cut_is_found() throws IOException {
    Random random = TestVectors.random();
    FloatRows rows = TestVectors.rows(TestVectors.clustered(random, 20, 4, 2), 4);
    for (String name : List.of("FLAT", "AUTOINDEX")) {
      VectorIndexType type = VectorIndexTypes.of(name);
      Path path = folder.resolve(name);
      type.build(rows, Metric.L2, Map.of(), 1, path);
      byte[] bytes = Files.readAllBytes(path);
      for (int i = 0; i < bytes.length; i++) {
        byte[] flipped = bytes.clone();
        flipped[i] ^= (byte) (1 << random.nextInt(8));
        assertCorrupt(type, flipped, rows);
        assertCorrupt(type, Arrays.copyOf(bytes, i), rows);
      }
      assertCorrupt(type, Arrays.copyOf(bytes, bytes.length + 1), rows);
    }
  }

  private static void assertCorrupt(VectorIndexType type, byte[] bytes, FloatRows rows) {
    assertThatThrownBy(() -> type.open(MemorySegment.ofArray(bytes), rows, Metric.L2))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA));
  }

  @Test
  void parameters_out_of_range_are_refused_in_the_words_of_milvus() {
    VectorIndexType type = VectorIndexTypes.of("HNSW");
    assertThatThrownBy(() -> type.check(Map.of("M", "1")))
        .hasMessage("param 'M' (1) out of range: [2, 2048]");
    assertThatThrownBy(() -> type.check(Map.of("efConstruction", "x")))
        .hasMessage("param 'efConstruction' (x) should be an integer");
    assertThatThrownBy(() -> VectorIndexTypes.of("GPU_CAGRA"))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED))
        .hasMessageContaining("use HNSW or AUTOINDEX");
  }

  @Test
  void a_search_refuses_an_ef_below_k() throws IOException {
    FloatRows rows = TestVectors.rows(new float[][] {{1, 2}}, 2);
    VectorIndex index = index(rows, Metric.L2);
    VectorSearch search = new VectorSearch(10, null, Float.NaN, Float.NaN, Map.of("ef", "9"));
    assertThatThrownBy(() -> TestVectors.search(index, new float[2], search))
        .hasMessage("param 'ef' (9) out of range: [10, 2147483647]");
  }
}
