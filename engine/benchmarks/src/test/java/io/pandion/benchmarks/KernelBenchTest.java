package io.pandion.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.benchmarks.KernelBench.Measure;
import io.pandion.index.kernel.RowFormat;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelBenchTest {
  @Test
  void a_loop_stands_beside_the_read_of_its_own_bytes_in_its_own_order() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KernelBench.table(
        "native",
        List.of(
            new Measure("scattered", 100, "SQ8", 8),
            new Measure("together", 100, "PQ", 1),
            new Measure("inOrder", 768, "", 48)),
        List.of(
            new Measure("readInOrder", 100, "SQ8", 1),
            new Measure("readScattered", 100, "SQ4", 1),
            new Measure("readScattered", 100, "SQ8", 4),
            new Measure("readInOrder", 100, "PQ", 2),
            new Measure("readInOrder", 768, "", 12)),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("| 100 | PQ | in order, 8 queries, each | 64 | 1.00 | 64.0 | 32.0 | 200 % |")
        .contains("| 100 | SQ8 | scattered | 128 | 8.00 | 16.0 | 32.0 | 50 % |")
        .contains("| 768 | four-bit blocks | in order | 192 | 48.00 | 4.0 | 16.0 | 25 % |");
  }

  @ParameterizedTest
  @EnumSource(RowFormat.class)
  void every_format_is_scored_and_read(RowFormat format) {
    RowKernels kernels = new RowKernels();
    kernels.dimension = 24;
    kernels.format = format;
    kernels.fill();
    assertThat(kernels.inOrder()).isFinite();
    assertThat(kernels.scattered()).isFinite();
    assertThat(kernels.together()).isEqualTo(kernels.inOrder());
    assertThat(kernels.readInOrder()).isNotZero();
    assertThat(kernels.readScattered()).isNotZero();
  }

  @Test
  void no_row_of_blocks_is_a_hit_and_all_are_scanned() {
    BlockKernels kernels = new BlockKernels();
    kernels.dimension = 24;
    kernels.fill();
    assertThat(kernels.inOrder()).isZero();
    assertThat(kernels.readInOrder()).isNotZero();
  }

  @Test
  void a_plain_read_adds_up_every_byte() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(1024, 64);
      long sum = 0;
      for (int i = 0; i < 128; i++) {
        data.setAtIndex(ValueLayout.JAVA_LONG, i, 3L * i);
        sum += 3L * i;
      }
      assertThat(PlainRead.all(data, 1024)).isEqualTo(sum);
      long[] places = {0, 128, 256, 384, 512, 640, 768, 896};
      assertThat(PlainRead.pieces(data, places, 128)).isEqualTo(sum);
    }
  }
}
