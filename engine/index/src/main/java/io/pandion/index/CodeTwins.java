package io.pandion.index;

import io.pandion.index.kernel.Rows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Finds rows whose codes are the same as those of an earlier one, while rows arrive. One thread.
/// Eight to sixteen bytes a row.
final class CodeTwins {
  private int[] table = new int[1 << 10];
  private int size;

  CodeTwins() {
    Arrays.fill(table, Graph.NONE);
  }

  /// The first row with the codes of `row`, which is remembered; `row` itself when there is none.
  int firstOf(Rows codes, int row) {
    if (2 * ++size > table.length) {
      grow(codes);
    }
    int slot = slot(codes, row);
    if (table[slot] < 0) {
      table[slot] = row;
    } else {
      size--;
    }
    return table[slot];
  }

  private int slot(Rows codes, int row) {
    int slot = (int) hash(codes, row) & (table.length - 1);
    while (table[slot] >= 0 && !same(codes, table[slot], row)) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  private void grow(Rows codes) {
    int[] old = table;
    table = new int[2 * old.length];
    Arrays.fill(table, Graph.NONE);
    for (int row : old) {
      if (row >= 0) {
        table[slot(codes, row)] = row;
      }
    }
  }

  private static long hash(Rows codes, int row) {
    long at = (long) row * codes.stride();
    long hash = 0;
    for (int i = 0; i < codes.stride(); i += 8) {
      hash = (hash ^ codes.data().get(SectionFile.LONG, at + i)) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 32;
    }
    return hash;
  }

  private static boolean same(Rows codes, int a, int b) {
    MemorySegment data = codes.data();
    int stride = codes.stride();
    long x = (long) a * stride;
    long y = (long) b * stride;
    return MemorySegment.mismatch(data, x, x + stride, data, y, y + stride) < 0;
  }
}
