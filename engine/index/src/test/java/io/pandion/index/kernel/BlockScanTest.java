package io.pandion.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class BlockScanTest {
  private final long seed = Long.getLong("seed", 42L);
  private final Random random = new Random(seed);

  BlockScanTest() {
    System.out.println("-Dseed=" + seed);
  }

  /// All twins that this machine has, made anew, because the native one changes its level.
  private static List<Supplier<BlockScan>> twins() {
    List<Supplier<BlockScan>> out = new ArrayList<>(List.of(LaneBlockScan::new));
    for (int level = 0; level < 3 && NativeLibrary.loaded().library() != null; level++) {
      int limit = level;
      out.add(() -> BlockScanChoice.nativeScan(limit));
    }
    return out;
  }

  @Test
  void sums_of_the_largest_bytes_do_not_overflow() {
    int codes = 2_052;
    ScanTable table = new ScanTable(codes);
    float[] partial = new float[16 * codes];
    for (int i = 0; i < partial.length; i++) {
      partial[i] = i % 16 == 15 ? 1 : 0;
    }
    table.set(partial, codes);
    byte[] bytes = new byte[(int) BlockScan.blockBytes(BlockScan.groups(codes), false)];
    Arrays.fill(bytes, (byte) 255);
    MemorySegment blocks = Arena.ofAuto().allocate(bytes.length, 64);
    MemorySegment.copy(bytes, 0, blocks, ValueLayout.JAVA_BYTE, 0, bytes.length);
    for (Supplier<BlockScan> twin : twins()) {
      ScanHits hits = new ScanHits(32);
      assertThat(twin.get().scan(table, blocks, 0, 32, false, 0, 1_000, hits)).isEqualTo(32);
      assertThat((double) hits.scores()[31]).isCloseTo(codes, within(1.0));
    }
  }

  private float[] partial(int codes) {
    float[] out = new float[16 * codes];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  private MemorySegment blocks(int rows, int groups, boolean trailers) {
    long block = BlockScan.blockBytes(groups, trailers);
    int count = (rows + 31) / 32;
    byte[] bytes = new byte[(int) (count * block)];
    random.nextBytes(bytes);
    MemorySegment out = Arena.ofAuto().allocate(Math.max(1, bytes.length), 64);
    MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, 0, bytes.length);
    for (int b = 0; trailers && b < count; b++) {
      for (int i = 0; i < 64; i++) {
        float end = (float) random.nextGaussian();
        out.set(ScalarKernel.FLOAT, b * block + 64L * groups + 4L * i, end);
      }
    }
    return out;
  }

  @Test
  void all_twins_find_the_same_rows_with_the_same_scores() {
    for (int codes : new int[] {1, 4, 7, 50, 52, 96, 384, 600}) {
      for (int rows : new int[] {1, 15, 16, 17, 32, 33, 64, 95, 300}) {
        boolean trailers = random.nextBoolean();
        ScanTable table = new ScanTable(codes);
        table.set(partial(codes), codes);
        MemorySegment blocks = blocks(rows, BlockScan.groups(codes), trailers);
        float add = random.nextFloat();
        float above = random.nextInt(3) == 0 ? Float.NEGATIVE_INFINITY : random.nextFloat() * 10;
        ScanHits truth = new ScanHits(rows);
        int found = new ScalarBlockScan().scan(table, blocks, 0, rows, trailers, add, above, truth);
        for (Supplier<BlockScan> twin : twins()) {
          ScanHits hits = new ScanHits(rows);
          assertThat(twin.get().scan(table, blocks, 0, rows, trailers, add, above, hits))
              .isEqualTo(found);
          assertThat(Arrays.copyOf(hits.places(), found))
              .isEqualTo(Arrays.copyOf(truth.places(), found));
          assertThat(Arrays.copyOf(hits.scores(), found))
              .isEqualTo(Arrays.copyOf(truth.scores(), found));
        }
      }
    }
  }

  @Test
  void a_score_is_the_sum_of_what_the_codes_stand_for() {
    int codes = 50;
    float[] partial = partial(codes);
    ScanTable table = new ScanTable(codes);
    table.set(partial, codes);
    int groups = BlockScan.groups(codes);
    MemorySegment blocks = blocks(64, groups, false);
    ScanHits hits = new ScanHits(64);
    int found =
        BlockScan.chosen().scan(table, blocks, 0, 64, false, 3, Float.NEGATIVE_INFINITY, hits);
    assertThat(found).isEqualTo(64);
    for (int row = 0; row < 64; row++) {
      double sum = 3;
      for (int m = 0; m < codes; m++) {
        int code = BlockCodes.get(blocks, row / 32 * 64L * groups, row % 32, m);
        sum += partial[16 * m + code];
      }
      assertThat((double) hits.scores()[row]).isCloseTo(sum, within(codes * table.scale / 2.0));
    }
  }

  @Test
  void a_code_that_was_put_is_there_and_disturbs_no_other() {
    MemorySegment blocks = Arena.ofAuto().allocate(64 * 3, 64);
    int[][] codes = new int[32][12];
    for (int round = 0; round < 1000; round++) {
      int row = random.nextInt(32);
      int m = random.nextInt(12);
      codes[row][m] = random.nextInt(16);
      BlockCodes.put(blocks, 0, row, m, codes[row][m]);
    }
    for (int row = 0; row < 32; row++) {
      for (int m = 0; m < 12; m++) {
        assertThat(BlockCodes.get(blocks, 0, row, m)).isEqualTo(codes[row][m]);
      }
    }
  }
}
