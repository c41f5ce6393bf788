package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Vectors of bytes. Their recall is in [RecallTable].
class Int8IndexTest {
  private final Random random = TestVectors.random();
  @TempDir private Path folder;

  private float[][] vectors(int count, int dimension) {
    float[][] out = TestVectors.clustered(random, count, dimension, 5);
    Arrays.setAll(out, i -> TestVectors.rounded(out[i]));
    return out;
  }

  @ParameterizedTest
  @EnumSource
  void scores_are_those_of_whole_numbers(Metric metric) throws IOException {
    for (int dimension : new int[] {1, 5, 64, 131}) {
      float[][] vectors = vectors(500, dimension);
      Arrays.fill(vectors[3], 0);
      Arrays.fill(vectors[4], -128);
      Arrays.fill(vectors[5], 127);
      Int8Rows rows = TestVectors.bytes(vectors, dimension);
      for (String name : List.of("FLAT", "HNSW")) {
        Path file = folder.resolve(name + dimension);
        VectorIndexTypes.of(name).build(rows, metric, Map.of(), 7, file);
        VectorIndex index = VectorIndexTypes.of(name).open(TestVectors.file(file), rows, metric);
        for (int q : new int[] {3, 4, 5, 6}) {
          TopK all = TestVectors.search(index, vectors[q], TestVectors.top(500, null));
          assertThat(all.size()).isEqualTo(500);
          for (int i = 0; i < 500; i++) {
            double score = TestVectors.score(metric, vectors[q], vectors[all.row(i)]);
            float wanted = (float) score;
            float tolerance = metric == Metric.COSINE ? 1e-6f : 0;
            assertThat(Math.abs(all.score(i) - wanted)).as(name).isLessThanOrEqualTo(tolerance);
            assertThat(metric != Metric.COSINE || Math.abs(all.score(i)) <= 1).isTrue();
          }
        }
      }
    }
  }

  @Test
  void the_same_bytes_as_floats_are_found_in_the_same_order() throws IOException {
    float[][] vectors = vectors(3_000, 20);
    VectorIndex floats = new FlatIndex(TestVectors.rows(vectors, 20), Metric.L2);
    VectorIndex bytes = new FlatIndex(TestVectors.bytes(vectors, 20), Metric.L2);
    AcceptRows accept = TestVectors.passing(random, 3_000, 0.4);
    for (int q = 0; q < 20; q++) {
      TopK wanted = TestVectors.search(floats, vectors[q], TestVectors.top(50, accept));
      TopK found = TestVectors.search(bytes, vectors[q], TestVectors.top(50, accept));
      for (int i = 0; i < 50; i++) {
        assertThat(found.row(i)).isEqualTo(wanted.row(i));
        assertThat(found.score(i)).isEqualTo(wanted.score(i));
      }
    }
  }

  @Test
  void indexes_that_take_no_bytes_say_so() {
    Int8Rows rows = TestVectors.bytes(vectors(10, 8), 8);
    for (String name : List.of("DISKANN", "IVF_FLAT", "IVF_SQ8", "IVF_PQ", "IVF_RABITQ", "SCANN")) {
      assertThatThrownBy(
              () ->
                  VectorIndexTypes.of(name)
                      .build(rows, Metric.L2, Map.of(), 7, folder.resolve(name)))
          .isInstanceOfSatisfying(
              PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED))
          .hasMessage("index type " + name + " takes no Int8Vector; use HNSW, AUTOINDEX or FLAT");
    }
  }
}
