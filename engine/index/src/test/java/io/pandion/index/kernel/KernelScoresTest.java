package io.pandion.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pandion.model.Metric;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Scores of codes beside the metric, computed in doubles; of bytes, beside it computed in longs.
class KernelScoresTest {
  private static final int ROWS = 23;

  private final long seed = Long.getLong("seed", 42L);
  private final Random random = new Random(seed);
  private final VectorKernel scalar = KernelChoice.choose("scalar");

  KernelScoresTest() {
    System.out.println("-Dseed=" + seed);
  }

  private float[] vector(int dimension) {
    return KernelTwins.vector(random, dimension);
  }

  private static double norm(float[] a) {
    return Math.sqrt(truth(Metric.IP, a, a));
  }

  private static double truth(Metric metric, float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return switch (metric) {
      case L2 -> 2 * dot - aa - bb;
      case IP -> dot;
      case COSINE -> aa * bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
    };
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"PQ", "INT8"})
  void scores_estimate_the_metric(RowFormat format) {
    double error =
        switch (format) {
          case FLOAT32 -> 1e-5;
          case FLOAT16 -> 2e-3;
          case BFLOAT16, SQ8 -> 1e-2;
          case SQ4 -> 0.15;
          case PQ, INT8 -> throw new AssertionError("PQ must learn, INT8 is exact");
        };
    for (int dimension : new int[] {33, 100, 128, 300}) {
      float[] mean = new float[dimension];
      java.util.Arrays.fill(mean, 0.3f);
      for (Metric metric : Metric.values()) {
        RowCodec codec = KernelTwins.codec(format, metric, dimension, mean);
        float[][] vectors = new float[ROWS][];
        java.util.Arrays.setAll(vectors, _ -> vector(dimension));
        if (metric == Metric.COSINE) {
          vectors[3] = new float[dimension];
        }
        Rows rows = KernelTwins.rows(codec, vectors, 0);
        float[] target = vector(dimension);
        RowQuery query = new RowQuery();
        codec.prepare(target, 0, query);
        float[] found = KernelTwins.scores(scalar, query, rows);
        double unit = metric == Metric.COSINE ? 1 : norm(target) * norm(target);
        for (int i = 0; i < ROWS; i++) {
          double truth = truth(metric, target, vectors[i]);
          assertThat((double) found[i]).isCloseTo(truth, within(error * unit));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytes_score_exactly_on_every_dimension_and_alignment(Metric metric) {
    for (int d = 1; d <= 300; d++) {
      int dimension = d;
      RowCodec codec = new RowCodec(RowFormat.INT8, metric, dimension, null);
      float[][] vectors = new float[2 + dimension % 5][];
      java.util.Arrays.setAll(vectors, _ -> bytes(dimension));
      java.util.Arrays.fill(vectors[0], -128);
      Rows rows = KernelTwins.rows(codec, vectors, dimension % 13);
      for (float[] target : new float[][] {vectors[0], bytes(dimension)}) {
        RowQuery query = new RowQuery();
        codec.prepare(target, 0, query);
        assertThat(KernelTwins.scores(scalar, query, rows))
            .isEqualTo(exact(metric, target, vectors));
        for (KernelTwins.Twin twin : KernelTwins.twins()) {
          assertThat(KernelTwins.scores(twin.kernel().get(), query, rows))
              .as(twin.name() + " " + dimension)
              .isEqualTo(exact(metric, target, vectors));
        }
      }
    }
  }

  private float[] bytes(int dimension) {
    float[] out = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      out[i] =
          random.nextInt(4) == 0 ? (random.nextBoolean() ? -128 : 127) : (byte) random.nextInt();
    }
    return out;
  }

  private static float[] exact(Metric metric, float[] a, float[][] vectors) {
    float[] out = new float[vectors.length];
    for (int row = 0; row < out.length; row++) {
      long sum = 0;
      for (int i = 0; i < a.length; i++) {
        long x = (long) a[i];
        long y = (long) vectors[row][i];
        sum += metric == Metric.L2 ? -(x - y) * (x - y) : x * y;
      }
      out[row] = sum;
    }
    return out;
  }

  @Test
  void bytes_of_the_most_dimensions_do_not_overflow() {
    RowCodec codec = new RowCodec(RowFormat.INT8, Metric.L2, 32_768, null);
    float[][] vectors = new float[2][32_768];
    java.util.Arrays.fill(vectors[0], -128);
    java.util.Arrays.fill(vectors[1], 127);
    Rows rows = KernelTwins.rows(codec, vectors, 0);
    RowQuery query = new RowQuery();
    codec.prepare(vectors[0], 0, query);
    float[] wanted = exact(Metric.L2, vectors[0], vectors);
    assertThat(wanted[1]).isEqualTo(-32_768f * 65_025f);
    assertThat(KernelTwins.scores(scalar, query, rows)).isEqualTo(wanted);
    for (KernelTwins.Twin twin : KernelTwins.twins()) {
      assertThat(KernelTwins.scores(twin.kernel().get(), query, rows)).isEqualTo(wanted);
    }
  }

  @Test
  void a_row_of_sq8_as_the_query_scores_as_its_vector_does() {
    for (Metric metric : Metric.values()) {
      RowCodec codec = new RowCodec(RowFormat.SQ8, metric, 100, vector(100));
      float[][] vectors = new float[ROWS][];
      java.util.Arrays.setAll(vectors, _ -> vector(100));
      Rows rows = KernelTwins.rows(codec, vectors, 0);
      RowQuery query = new RowQuery();
      codec.prepareRow(rows, 5, query);
      float[] found = KernelTwins.scores(scalar, query, rows);
      for (int i = 0; i < ROWS; i++) {
        double truth = truth(metric, vectors[5], vectors[i]);
        double unit = metric == Metric.COSINE ? 1 : norm(vectors[5]) * norm(vectors[5]);
        assertThat((double) found[i]).isCloseTo(truth, within(4e-2 * unit));
      }
    }
  }

  @Test
  void a_rotation_keeps_lengths_and_spreads_values() {
    for (int dimension : new int[] {1, 16, 100, 112, 128, 200, 768}) {
      float[] x = new float[Rotation.size(dimension)];
      x[0] = 5;
      x[dimension - 1] -= 3;
      double before = norm(x);
      new Rotation(dimension).apply(x);
      assertThat(norm(x)).isCloseTo(before, within(1e-4));
      assertThat(RowCodec.largest(x, x.length)).isLessThan(dimension < 100 ? 6 : 3.5f);
    }
  }
}
