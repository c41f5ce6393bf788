package io.pandion.index;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Finds rows with the very same bytes. Cost: O(rows x dimension), eight bytes a row and more.
final class TwinFinder {
  private final VectorRows vectors;

  TwinFinder(VectorRows vectors) {
    this.vectors = vectors;
  }

  /// For each row the first row with the same vector.
  int[] firstOf() {
    int rows = vectors.rows();
    int[] out = new int[rows];
    int mask = Integer.highestOneBit(Math.max(8, Math.min(rows, 1 << 28))) * 4 - 1;
    int[] table = new int[mask + 1];
    Arrays.fill(table, -1);
    for (int row = 0; row < rows; row++) {
      int slot = (int) hash(row) & mask;
      while (table[slot] >= 0 && !same(table[slot], row)) {
        slot = (slot + 1) & mask;
      }
      if (table[slot] < 0) {
        table[slot] = row;
      }
      out[row] = table[slot];
    }
    return out;
  }

  private long hash(int row) {
    long at = vectors.offset(row);
    long hash = 0;
    for (int i = 0; i < vectors.strideBytes(); i += 8) {
      hash = (hash ^ vectors.data().get(SectionFile.LONG, at + i)) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 32;
    }
    return hash;
  }

  private boolean same(int a, int b) {
    MemorySegment data = vectors.data();
    long bytes = vectors.strideBytes();
    long x = vectors.offset(a);
    long y = vectors.offset(b);
    return MemorySegment.mismatch(data, x, x + bytes, data, y, y + bytes) < 0;
  }
}
