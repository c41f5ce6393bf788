package io.pandion.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Random;
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

  private float[] vector(int dimension) {
    return KernelTwins.vector(random, dimension);
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
        RowCodec codec = KernelTwins.codec(format, metric, dimension, vector(dimension));
        Rows rows = KernelTwins.rows(codec, vectors, dimension % 3 * 20);
        RowQuery query = new RowQuery();
        codec.prepare(vector(dimension), 0, query);
        float[] wanted = KernelTwins.scores(scalar, query, rows);
        for (KernelTwins.Twin twin : KernelTwins.twins()) {
          float[] found = KernelTwins.scores(twin.kernel().get(), query, rows);
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
  @EnumSource
  void a_query_that_was_of_more_dimensions_leaves_nothing_behind(RowFormat format) {
    for (Metric metric : Metric.values()) {
      RowQuery used = new RowQuery();
      for (int dimension = 48; dimension > 32; dimension--) {
        RowCodec codec = KernelTwins.codec(format, metric, dimension, null);
        float[][] vectors = {vector(dimension), vector(dimension), vector(dimension)};
        Rows rows = KernelTwins.rows(codec, vectors, 0);
        RowQuery fresh = new RowQuery();
        codec.prepare(vectors[0], 0, fresh);
        codec.prepare(vectors[0], 0, used);
        assertThat(KernelTwins.scores(scalar, used, rows))
            .isEqualTo(KernelTwins.scores(scalar, fresh, rows));
        for (KernelTwins.Twin twin : KernelTwins.twins()) {
          VectorKernel kernel = twin.kernel().get();
          assertThat(KernelTwins.scores(kernel, used, rows))
              .isEqualTo(KernelTwins.scores(kernel, fresh, rows));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void several_queries_together_score_as_each_does_alone(RowFormat format) {
    for (Metric metric : Metric.values()) {
      for (int dimension : new int[] {1, 15, 16, 17, 100, 300}) {
        RowCodec codec = KernelTwins.codec(format, metric, dimension, vector(dimension));
        float[][] vectors = new float[77][];
        java.util.Arrays.setAll(vectors, _ -> vector(dimension));
        Rows rows = KernelTwins.rows(codec, vectors, 0);
        RowQuery[] queries = new RowQuery[13];
        for (int q = 0; q < queries.length; q++) {
          queries[q] = new RowQuery();
          codec.prepare(vectors[3 * q], 0, queries[q]);
        }
        for (KernelTwins.Twin twin : KernelTwins.twins()) {
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

  @ParameterizedTest
  @EnumSource
  void twins_agree_on_extreme_values(RowFormat format) {
    float[] values = {0f, -0f, Float.MIN_VALUE, 1e-30f, 1e18f, -1e18f, 3e38f, -3e38f};
    for (Metric metric : Metric.values()) {
      RowCodec codec = KernelTwins.codec(format, metric, 5, null);
      float[][] vectors = new float[values.length][5];
      for (int i = 0; i < values.length; i++) {
        vectors[i][3] = values[i];
      }
      Rows rows = KernelTwins.rows(codec, vectors, 4);
      for (float[] target : vectors) {
        RowQuery query = new RowQuery();
        codec.prepare(target, 0, query);
        ScoreBatch batch = new ScoreBatch(values.length);
        java.util.Arrays.setAll(batch.ids(), i -> i);
        scalar.score(query, rows, batch, values.length);
        float[] wanted = batch.scores().clone();
        for (KernelTwins.Twin twin : KernelTwins.twins()) {
          twin.kernel().get().score(query, rows, batch, values.length);
          assertThat(batch.scores()).as(twin.name() + " " + metric).isEqualTo(wanted);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void rows_that_do_not_exist_are_refused(RowFormat format) {
    RowCodec codec = KernelTwins.codec(format, Metric.L2, 9, null);
    Rows rows = KernelTwins.rows(codec, new float[][] {vector(9), vector(9)}, 0);
    RowQuery query = new RowQuery();
    codec.prepare(vector(9), 0, query);
    for (KernelTwins.Twin twin : KernelTwins.twins()) {
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
  void a_warm_call_allocates_nothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (RowFormat format : RowFormat.values()) {
      RowCodec codec = KernelTwins.codec(format, Metric.COSINE, 100, null);
      float[][] vectors = new float[ROWS][];
      java.util.Arrays.setAll(vectors, _ -> vector(100));
      Rows rows = KernelTwins.rows(codec, vectors, 0);
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
    Rows outside = KernelTwins.rows(codec, new float[][] {vector(9), vector(9)}, 0);
    MemorySegment copy = MemorySegment.ofArray(outside.data().toArray(ValueLayout.JAVA_BYTE));
    Rows inside = new Rows(RowFormat.SQ8, copy, 2, 9);
    RowQuery query = new RowQuery();
    codec.prepare(vector(9), 0, query);
    VectorKernel kernel = VectorKernel.chosen();
    assertThat(KernelTwins.scores(kernel, query, inside))
        .isEqualTo(KernelTwins.scores(kernel, query, outside));
  }

  @Test
  void the_native_kernel_is_chosen_where_it_was_built() {
    VectorKernel kernel = KernelChoice.choose(null);
    assertThat(kernel.name()).isEqualTo(KernelTwins.nativeKernelIsBuilt() ? "native" : "vector");
    assertThat(kernel.description()).startsWith(kernel.name());
  }

  @Test
  void an_unknown_kernel_is_refused() {
    assertThatThrownBy(() -> KernelChoice.choose("fast"))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("use native, vector or scalar");
  }
}
