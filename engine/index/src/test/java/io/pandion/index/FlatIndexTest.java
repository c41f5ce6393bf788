package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pandion.model.Metric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlatIndexTest {
  @ParameterizedTest
  @EnumSource
  void queries_together_find_what_each_finds_alone(Metric metric) {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 1_037, 21, 10);
    java.util.Arrays.fill(vectors[5], 0);
    VectorIndex index = new FlatIndex(TestVectors.rows(vectors, 21), metric);
    float[][] queries = java.util.Arrays.copyOf(vectors, 70);
    float middle = TestVectors.search(index, vectors[0], TestVectors.top(300, null)).score(150);
    for (double ratio : new double[] {1, 0.6, 0.01}) {
      AcceptRows accept = ratio == 1 ? null : TestVectors.passing(random, 1_037, ratio);
      for (float radius : new float[] {Float.NaN, middle}) {
        VectorSearch search = new VectorSearch(20, accept, radius, Float.NaN, Map.of());
        TopK[] tops = new TopK[queries.length];
        for (int i = 0; i < tops.length; i++) {
          tops[i] = new TopK();
          tops[i].reset(20);
        }
        index.searchAll(queries, search, tops);
        for (int i = 0; i < tops.length; i++) {
          tops[i].sort();
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
  @EnumSource
  void equals_brute_force_with_and_without_filter_and_range(Metric metric) {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 1_003, 37, 20);
    VectorIndex index = new FlatIndex(TestVectors.rows(vectors, 37), metric);
    for (int round = 0; round < 50; round++) {
      float[] query = TestVectors.clustered(random, 1, 37, 1)[0];
      AcceptRows accept =
          round % 2 == 0 ? null : TestVectors.passing(random, 1_003, random.nextDouble());
      float radius = Float.NaN;
      float range = Float.NaN;
      if (round % 3 == 0) {
        List<Double> all = truth(vectors, metric, query, null, Float.NaN, Float.NaN);
        range = all.get(5).floatValue() + 1e-4f;
        radius = all.get(200).floatValue();
      }
      VectorSearch search = new VectorSearch(30, accept, radius, range, Map.of());
      TopK top = TestVectors.search(index, query, search);
      List<Double> truth = truth(vectors, metric, query, accept, radius, range);
      assertThat(top.size()).isEqualTo(Math.min(30, truth.size()));
      for (int i = 0; i < top.size(); i++) {
        assertThat((double) top.score(i)).isCloseTo(truth.get(i), within(1e-3));
        assertThat(accept == null || accept.accepts(top.row(i))).isTrue();
      }
    }
  }

  private static List<Double> truth(
      float[][] vectors,
      Metric metric,
      float[] query,
      @Nullable AcceptRows accept,
      float radius,
      float range) {
    List<Double> out = new ArrayList<>();
    for (int row = 0; row < vectors.length; row++) {
      double score = TestVectors.score(metric, query, vectors[row]);
      if ((accept == null || accept.accepts(row)) && !(score <= radius) && !(score > range)) {
        out.add(score);
      }
    }
    out.sort(Collections.reverseOrder());
    return out;
  }

  @ParameterizedTest
  @EnumSource
  void finds_all_rows_of_zero_and_extreme_vectors(Metric metric) {
    float[][] vectors = {{0, 0}, {3e38f, -3e38f}, {1e-42f, 0}, {-3e38f, 3e38f}, {1, 1}};
    VectorIndex index = new FlatIndex(TestVectors.rows(vectors, 2), metric);
    for (float[] query : vectors) {
      TopK top = TestVectors.search(index, query, TestVectors.top(10, null));
      assertThat(top.size()).isEqualTo(5);
      if (metric == Metric.COSINE) {
        for (int i = 0; i < 5; i++) {
          double truth = TestVectors.score(metric, query, vectors[top.row(i)]);
          assertThat((double) top.score(i)).isCloseTo(truth, within(1e-3));
        }
      }
    }
  }
}
