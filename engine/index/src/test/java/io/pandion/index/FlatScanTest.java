package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlatScanTest {
  @ParameterizedTest
  @EnumSource
  void chunks_one_after_the_other_answer_as_the_whole(Metric metric) {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 700, 19, 9);
    VectorIndex whole = new FlatIndex(TestVectors.rows(vectors, 19), metric);
    for (int round = 0; round < 40; round++) {
      AcceptRows accept = round == 0 ? null : TestVectors.passing(random, 700, random.nextDouble());
      VectorSearch search = TestVectors.top(25, accept);
      TopK parts = new TopK();
      parts.reset(25);
      int from = 0;
      while (from < 700) {
        int to = Math.min(700, from + 1 + random.nextInt(200));
        FloatRows chunk = TestVectors.rows(Arrays.copyOfRange(vectors, from, to), 19);
        float[] norms = InverseNorms.of(chunk);
        FlatScan.search(
            VectorKernel.chosen(), chunk, from, norms, metric, vectors[3], 0, search, parts);
        from = to;
      }
      parts.sort();
      TopK wanted = TestVectors.search(whole, vectors[3], search);
      assertThat(parts.size()).isEqualTo(wanted.size());
      for (int i = 0; i < wanted.size(); i++) {
        assertThat(parts.score(i)).isCloseTo(wanted.score(i), within(1e-3f));
        assertThat(accept == null || accept.accepts(parts.row(i))).isTrue();
      }
    }
  }

  @Test
  void cosine_without_norms_is_refused() {
    FloatRows rows = TestVectors.rows(new float[][] {{1, 2}}, 2);
    VectorSearch search = TestVectors.top(1, null);
    VectorKernel kernel = VectorKernel.chosen();
    assertThatThrownBy(
            () ->
                FlatScan.search(
                    kernel, rows, 0, null, Metric.COSINE, new float[2], 0, search, new TopK()))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("needs their inverse norms");
  }
}
