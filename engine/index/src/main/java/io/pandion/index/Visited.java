package io.pandion.index;

import java.util.Arrays;

/// A set of rows. One thread; a bit a row, so that those of a million rows stay in the second-level
/// cache; allocates only to grow.
final class Visited {
  private long[] words = {};

  void reset(int rows) {
    int needed = (rows + 63) >>> 6;
    if (words.length < needed) {
      words = new long[needed + needed / 2];
    } else {
      Arrays.fill(words, 0, needed, 0);
    }
  }

  /// Adds a row; false when it was there.
  boolean add(int row) {
    long word = words[row >>> 6];
    words[row >>> 6] = word | 1L << row;
    return (word & 1L << row) == 0;
  }

  /// Adds the first `count` rows of `ids` and moves those that were not there to the front; returns
  /// their number.
  int fresh(int[] ids, int count) {
    long[] bits = words;
    int fresh = 0;
    for (int i = 0; i < count; i++) {
      int row = ids[i];
      long word = bits[row >>> 6];
      bits[row >>> 6] = word | 1L << row;
      ids[fresh] = row;
      fresh += (int) (~(word >>> row) & 1);
    }
    return fresh;
  }
}
