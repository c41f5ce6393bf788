package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VectorKernelTest {
  private final VectorKernel scalar = KernelChoice.choose("scalar");
  private final VectorKernel vector = KernelChoice.choose("vector");

  @Test
  void twins_agree_on_every_dimension() {
    Random random = TestVectors.random();
    for (int dimension = 1; dimension <= 300; dimension++) {
      float[][] vectors = TestVectors.clustered(random, 8, dimension, 2);
      agree(TestVectors.rows(Arrays.copyOfRange(vectors, 1, 8), dimension), vectors);
    }
  }

  private void agree(FloatRows rows, float[][] vectors) {
    int length = rows.strideBytes() / 4;
    float[] query = Arrays.copyOf(vectors[0], length);
    long[] at = new long[7];
    Arrays.setAll(at, rows::offset);
    float[] dots = new float[7];
    float[] l2s = new float[7];
    for (VectorKernel kernel : new VectorKernel[] {scalar, vector}) {
      kernel.dots(query, rows.data(), at, 7, length, dots);
      kernel.squaredL2s(query, rows.data(), at, 7, length, l2s);
      for (int i = 0; i < 7; i++) {
        double dot = TestVectors.score(Metric.IP, vectors[0], vectors[i + 1]);
        double l2 = -TestVectors.score(Metric.L2, vectors[0], vectors[i + 1]);
        assertThat((double) dots[i]).isCloseTo(dot, within(1e-5 * rows.dimension() + 1e-5));
        assertThat((double) l2s[i]).isCloseTo(l2, within(1e-5 * l2 + 1e-5));
        assertThat(kernel.dot(query, rows.data(), at[i], length))
            .isCloseTo(dots[i], within(1e-4f * (float) Math.sqrt(rows.dimension()) + 1e-5f));
        assertThat(kernel.squaredL2(query, rows.data(), at[i], length))
            .isCloseTo(l2s[i], within(1e-5f * l2s[i] + 1e-5f));
      }
    }
  }

  @Test
  void twins_agree_on_extreme_values() {
    float[] values = {0f, -0f, Float.MIN_VALUE, 1e-30f, 1e18f, -1e18f, Float.MAX_VALUE};
    for (float a : values) {
      for (float b : values) {
        float[] query = new float[16];
        query[3] = a;
        FloatRows rows = TestVectors.rows(new float[][] {{0, 0, 0, b, 0}}, 5);
        assertThat(vector.dot(query, rows.data(), 0, 16))
            .isEqualTo(scalar.dot(query, rows.data(), 0, 16));
        assertThat(vector.squaredL2(query, rows.data(), 0, 16))
            .isEqualTo(scalar.squaredL2(query, rows.data(), 0, 16));
      }
    }
  }

  @Test
  void an_unknown_kernel_is_refused() {
    assertThatThrownBy(() -> KernelChoice.choose("fast"))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("use scalar or vector");
  }
}
