package io.pandion.index;

import java.util.Arrays;

/// Orders lists by their rank for a query, the best first. One thread; reusable; allocates only to
/// grow.
final class ListOrder {
  private final Reservoir best = new Reservoir();
  private long[] keys = {};
  private int size;

  /// Chooses the best `wanted` of the lists 0, 1, 2 …
  ///
  /// @param ranks of the lists, larger is better
  void choose(float[] ranks, int lists, int wanted) {
    best.reset(wanted);
    for (int list = 0; list < lists; list++) {
      if (ranks[list] > best.threshold()) {
        best.add(list, ranks[list]);
      }
    }
    best.cut();
    size = best.size();
    if (keys.length < size) {
      keys = new long[size];
    }
    for (int i = 0; i < size; i++) {
      int bits = Float.floatToIntBits(best.score(i));
      int ordered = ~(bits ^ ((bits >> 31) & 0x7fffffff));
      keys[i] = ((long) ordered << 32) | best.place(i);
    }
    Arrays.sort(keys, 0, size);
  }

  /// How many were chosen.
  int size() {
    return size;
  }

  /// The i-th best list.
  int list(int i) {
    return (int) keys[i];
  }
}
