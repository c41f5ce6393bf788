package io.pandion.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorKernelTest {
  private static final int ROWS = 23;

  private final long seed = Long.getLong("seed", 42L);
  private final Random random = new Random(seed);
  private final VectorKernel scalar = KernelChoice.choose("scalar");

  VectorKernelTest() {
    System.out.println("-Dseed=" + seed);
  }

  private static boolean nativeKernelIsBuilt() {
    return NativeLibrary.loaded().library() != null;
  }

  /// All twins that this machine has, made anew, because the native one changes its level.
  private static List<Twin> twins() {
    List<Twin> out = new ArrayList<>();
    out.add(new Twin("vector", () -> KernelChoice.choose("vector")));
    for (int level = 0; level < 3 && nativeKernelIsBuilt(); level++) {
      int limit = level;
      out.add(new Twin("native " + level, () -> KernelChoice.nativeKernel(limit)));
    }
    return out;
  }

  private record Twin(String name, java.util.function.Supplier<VectorKernel> kernel) {}

  private float[] vector(int dimension) {
    float[] out = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      out[i] = (float) random.nextGaussian() + 0.3f;
    }
    return out;
  }

  /// Words that are random, as many bytes of them as there are dimensions up to 90.
  private static final class RandomWords implements CodeWords {
    private final int bytes;
    private final Random chosen = new Random(7);

    RandomWords(int dimension) {
      this.bytes = 1 + dimension % 90;
    }

    @Override
    public int bytes() {
      return bytes;
    }

    @Override
    public void encode(float[] vector, byte[] out) {
      chosen.nextBytes(out);
      for (int i = 0; i < vector.length; i++) {
        vector[i] *= 0.25f;
      }
    }

    @Override
    public void products(float[] vector, float[] out) {
      for (int i = 0; i < 256 * bytes; i++) {
        out[i] = vector[i % vector.length] * ((i * 31 & 255) - 128);
      }
    }
  }

  private static RowCodec codec(
      RowFormat format, Metric metric, int dimension, float @Nullable [] mean) {
    return format == RowFormat.PQ
        ? new RowCodec(format, metric, dimension, mean, new RandomWords(dimension))
        : new RowCodec(format, metric, dimension, mean);
  }

  /// Rows at an address that is not a multiple of 64 unless `odd` is 0.
  private static Rows rows(RowCodec codec, float[][] vectors, int odd) {
    int stride = codec.stride();
    MemorySegment data =
        Arena.ofAuto().allocate((long) vectors.length * stride + odd, 64).asSlice(odd);
    RowEncoder encoder = codec.encoder();
    for (int i = 0; i < vectors.length; i++) {
      encoder.encode(vectors[i], 0, data, (long) i * stride);
    }
    return codec.rows(data, vectors.length);
  }

  private static float[] scores(VectorKernel kernel, RowQuery query, Rows rows) {
    ScoreBatch batch = new ScoreBatch(9 * rows.count());
    for (int i = 0; i < rows.count(); i++) {
      batch.ids()[i] = rows.count() - 1 - i;
    }
    kernel.score(query, rows, batch, rows.count());
    float[] out = new float[rows.count()];
    for (int i = 0; i < out.length; i++) {
      out[batch.ids()[i]] = batch.scores()[i];
    }
    RowQuery[] several = new RowQuery[1 + rows.count() % 9];
    java.util.Arrays.fill(several, query);
    kernel.scoreRange(several, several.length, rows, 0, rows.count(), batch);
    for (int i = 0; i < several.length * out.length; i++) {
      float range = batch.scores()[i];
      float one = out[i % out.length];
      assertThat(range).isCloseTo(one, within(1e-4f * Math.max(1, Math.abs(one))));
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource
  void twins_agree_on_every_dimension_and_alignment(RowFormat format) {
    for (int dimension = 1; dimension <= 300; dimension++) {
      for (Metric metric : Metric.values()) {
        float[][] vectors = new float[dimension % 7 == 0 ? ROWS : 1 + dimension % 6][];
        for (int i = 0; i < vectors.length; i++) {
          vectors[i] = vector(dimension);
        }
        RowCodec codec = codec(format, metric, dimension, vector(dimension));
        Rows rows = rows(codec, vectors, dimension % 3 * 20);
        RowQuery query = new RowQuery();
        codec.prepare(vector(dimension), 0, query);
        float[] wanted = scores(scalar, query, rows);
        for (Twin twin : twins()) {
          float[] found = scores(twin.kernel().get(), query, rows);
          for (int i = 0; i < wanted.length; i++) {
            String what = twin.name() + " " + metric + " " + dimension;
            if (format.isCode() || format == RowFormat.INT8) {
              assertThat(found[i]).as(what).isEqualTo(wanted[i]);
            } else {
              assertThat(found[i]).as(what).isCloseTo(wanted[i], within(2e-6f * 10 * dimension));
            }
          }
        }
      }
    }
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
        RowCodec codec = codec(format, metric, dimension, mean);
        float[][] vectors = new float[ROWS][];
        java.util.Arrays.setAll(vectors, _ -> vector(dimension));
        if (metric == Metric.COSINE) {
          vectors[3] = new float[dimension];
        }
        Rows rows = rows(codec, vectors, 0);
        float[] target = vector(dimension);
        RowQuery query = new RowQuery();
        codec.prepare(target, 0, query);
        float[] found = scores(scalar, query, rows);
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
  void a_query_that_was_of_more_dimensions_leaves_nothing_behind(RowFormat format) {
    for (Metric metric : Metric.values()) {
      RowQuery used = new RowQuery();
      for (int dimension = 48; dimension > 32; dimension--) {
        RowCodec codec = codec(format, metric, dimension, null);
        float[][] vectors = {vector(dimension), vector(dimension), vector(dimension)};
        Rows rows = rows(codec, vectors, 0);
        RowQuery fresh = new RowQuery();
        codec.prepare(vectors[0], 0, fresh);
        codec.prepare(vectors[0], 0, used);
        assertThat(scores(scalar, used, rows)).isEqualTo(scores(scalar, fresh, rows));
        for (Twin twin : twins()) {
          VectorKernel kernel = twin.kernel().get();
          assertThat(scores(kernel, used, rows)).isEqualTo(scores(kernel, fresh, rows));
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
      Rows rows = rows(codec, vectors, dimension % 13);
      for (float[] target : new float[][] {vectors[0], bytes(dimension)}) {
        RowQuery query = new RowQuery();
        codec.prepare(target, 0, query);
        assertThat(scores(scalar, query, rows)).isEqualTo(exact(metric, target, vectors));
        for (Twin twin : twins()) {
          assertThat(scores(twin.kernel().get(), query, rows))
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
    Rows rows = rows(codec, vectors, 0);
    RowQuery query = new RowQuery();
    codec.prepare(vectors[0], 0, query);
    float[] wanted = exact(Metric.L2, vectors[0], vectors);
    assertThat(wanted[1]).isEqualTo(-32_768f * 65_025f);
    assertThat(scores(scalar, query, rows)).isEqualTo(wanted);
    for (Twin twin : twins()) {
      assertThat(scores(twin.kernel().get(), query, rows)).isEqualTo(wanted);
    }
  }

  @ParameterizedTest
  @EnumSource
  void several_queries_together_score_as_each_does_alone(RowFormat format) {
    for (Metric metric : Metric.values()) {
      for (int dimension : new int[] {1, 15, 16, 17, 100, 300}) {
        RowCodec codec = codec(format, metric, dimension, vector(dimension));
        float[][] vectors = new float[77][];
        java.util.Arrays.setAll(vectors, _ -> vector(dimension));
        Rows rows = rows(codec, vectors, 0);
        RowQuery[] queries = new RowQuery[13];
        for (int q = 0; q < queries.length; q++) {
          queries[q] = new RowQuery();
          codec.prepare(vectors[3 * q], 0, queries[q]);
        }
        for (Twin twin : twins()) {
          VectorKernel kernel = twin.kernel().get();
          for (int count : new int[] {1, 2, 4, 7, 13}) {
            ScoreBatch batch = new ScoreBatch(count * 70);
            kernel.scoreRange(queries, count, rows, 5, 70, batch);
            for (int q = 0; q < count; q++) {
              ScoreBatch alone = new ScoreBatch(70);
              kernel.scoreRange(new RowQuery[] {queries[q]}, 1, rows, 5, 70, alone);
              for (int i = 0; i < 70; i++) {
                assertThat(batch.scores()[q * 70 + i])
                    .as(twin.name() + " " + metric + " " + dimension)
                    .isEqualTo(alone.scores()[i]);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void a_row_of_sq8_as_the_query_scores_as_its_vector_does() {
    for (Metric metric : Metric.values()) {
      RowCodec codec = new RowCodec(RowFormat.SQ8, metric, 100, vector(100));
      float[][] vectors = new float[ROWS][];
      java.util.Arrays.setAll(vectors, _ -> vector(100));
      Rows rows = rows(codec, vectors, 0);
      RowQuery query = new RowQuery();
      codec.prepareRow(rows, 5, query);
      float[] found = scores(scalar, query, rows);
      for (int i = 0; i < ROWS; i++) {
        double truth = truth(metric, vectors[5], vectors[i]);
        double unit = metric == Metric.COSINE ? 1 : norm(vectors[5]) * norm(vectors[5]);
        assertThat((double) found[i]).isCloseTo(truth, within(4e-2 * unit));
      }
    }
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
  @EnumSource
  void twins_agree_on_extreme_values(RowFormat format) {
    float[] values = {0f, -0f, Float.MIN_VALUE, 1e-30f, 1e18f, -1e18f, 3e38f, -3e38f};
    for (Metric metric : Metric.values()) {
      RowCodec codec = codec(format, metric, 5, null);
      float[][] vectors = new float[values.length][5];
      for (int i = 0; i < values.length; i++) {
        vectors[i][3] = values[i];
      }
      Rows rows = rows(codec, vectors, 4);
      for (float[] target : vectors) {
        RowQuery query = new RowQuery();
        codec.prepare(target, 0, query);
        ScoreBatch batch = new ScoreBatch(values.length);
        java.util.Arrays.setAll(batch.ids(), i -> i);
        scalar.score(query, rows, batch, values.length);
        float[] wanted = batch.scores().clone();
        for (Twin twin : twins()) {
          twin.kernel().get().score(query, rows, batch, values.length);
          assertThat(batch.scores()).as(twin.name() + " " + metric).isEqualTo(wanted);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void rows_that_do_not_exist_are_refused(RowFormat format) {
    RowCodec codec = codec(format, Metric.L2, 9, null);
    Rows rows = rows(codec, new float[][] {vector(9), vector(9)}, 0);
    RowQuery query = new RowQuery();
    codec.prepare(vector(9), 0, query);
    for (Twin twin : twins()) {
      VectorKernel kernel = twin.kernel().get();
      for (int wrong : new int[] {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        ScoreBatch batch = new ScoreBatch(2);
        batch.ids()[1] = wrong;
        assertThatThrownBy(() -> kernel.score(query, rows, batch, 2))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThatThrownBy(
              () -> kernel.scoreRange(new RowQuery[] {query}, 1, rows, 1, 2, new ScoreBatch(8)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(
              () -> kernel.scoreRange(new RowQuery[] {query}, 1, rows, 0, 2, new ScoreBatch(1)))
          .isInstanceOf(IndexOutOfBoundsException.class);
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

  @Test
  void a_warm_call_allocates_nothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (RowFormat format : RowFormat.values()) {
      RowCodec codec = codec(format, Metric.COSINE, 100, null);
      float[][] vectors = new float[ROWS][];
      java.util.Arrays.setAll(vectors, _ -> vector(100));
      Rows rows = rows(codec, vectors, 0);
      RowQuery query = new RowQuery();
      ScoreBatch batch = new ScoreBatch(ROWS);
      java.util.Arrays.setAll(batch.ids(), i -> i);
      VectorKernel kernel = VectorKernel.chosen();
      long before = 0;
      int calls = 40_000;
      for (int i = 0; i < 2 * calls; i++) {
        before = i == calls ? threads.getCurrentThreadAllocatedBytes() : before;
        codec.prepare(vectors[1], 0, query);
        kernel.score(query, rows, batch, ROWS);
      }
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat((double) bytes / calls).as(format + " bytes a call").isLessThan(1);
    }
  }

  @Test
  void rows_in_the_heap_are_scored_too() {
    RowCodec codec = new RowCodec(RowFormat.SQ8, Metric.L2, 9, null);
    Rows outside = rows(codec, new float[][] {vector(9), vector(9)}, 0);
    MemorySegment copy = MemorySegment.ofArray(outside.data().toArray(ValueLayout.JAVA_BYTE));
    Rows inside = new Rows(RowFormat.SQ8, copy, 2, 9);
    RowQuery query = new RowQuery();
    codec.prepare(vector(9), 0, query);
    VectorKernel kernel = VectorKernel.chosen();
    assertThat(scores(kernel, query, inside)).isEqualTo(scores(kernel, query, outside));
  }

  @Test
  void the_native_kernel_is_chosen_where_it_was_built() {
    VectorKernel kernel = KernelChoice.choose(null);
    assertThat(kernel.name()).isEqualTo(nativeKernelIsBuilt() ? "native" : "vector");
    assertThat(kernel.description()).startsWith(kernel.name());
  }

  @Test
  void an_unknown_kernel_is_refused() {
    assertThatThrownBy(() -> KernelChoice.choose("fast"))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("use native, vector or scalar");
  }
}
