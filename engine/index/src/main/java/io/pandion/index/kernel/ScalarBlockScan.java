package io.pandion.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/// The plain Java twin.
final class ScalarBlockScan implements BlockScan {
  @Override
  public int scan(
      ScanTable table,
      MemorySegment blocks,
      long at,
      int rows,
      boolean trailers,
      float add,
      float above,
      ScanHits hits) {
    Objects.checkFromToIndex(0, rows, hits.capacity());
    long block = BlockScan.blockBytes(table.groups, trailers);
    int found = 0;
    for (int from = 0; from < rows; from += ROWS) {
      long start = at + from / ROWS * block;
      sums(table, blocks, start, hits.sums);
      found = emit(table, blocks, start, from, rows, trailers, add, above, hits, found);
    }
    return found;
  }

  private static void sums(ScanTable table, MemorySegment blocks, long start, int[] sums) {
    Arrays.fill(sums, 0);
    for (int g = 0; g < table.groups; g++) {
      for (int i = 0; i < 64; i++) {
        int codes = blocks.get(ValueLayout.JAVA_BYTE, start + 64L * g + i);
        int of = 64 * g + 16 * (i & 3);
        sums[i >> 2] += table.bytes[of + (codes & 15)] & 255;
        sums[16 + (i >> 2)] += table.bytes[of + (codes >> 4 & 15)] & 255;
      }
    }
  }

  /// Scores the 32 sums of a block and appends what is above; returns the new number of hits.
  static int emit(
      ScanTable table,
      MemorySegment blocks,
      long start,
      int from,
      int rows,
      boolean trailers,
      float add,
      float above,
      ScanHits hits,
      int found) {
    long ends = start + 64L * table.groups;
    int count = Math.min(ROWS, rows - from);
    int out = found;
    for (int i = 0; i < count; i++) {
      float value = table.scale * hits.sums[i] + table.bias;
      if (trailers) {
        float factor = blocks.get(ScalarKernel.FLOAT, ends + 4L * i);
        value = factor * value + blocks.get(ScalarKernel.FLOAT, ends + 128 + 4L * i);
      }
      value += add;
      if (value > above) {
        hits.places()[out] = from + i;
        hits.scores()[out++] = value;
      }
    }
    return out;
  }
}
