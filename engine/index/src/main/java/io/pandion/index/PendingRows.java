package io.pandion.index;

import java.util.Arrays;

/// Scored rows that wait to be taken, the best first, equal scores by smaller row. One thread.
final class PendingRows {
  private long[] keys = new long[64];
  private int size;
  private boolean sorted = true;

  int size() {
    return size;
  }

  void add(int row, float score) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
    }
    keys[size++] = TopK.key(row, score);
    sorted = false;
  }

  /// Makes the best row the last.
  private void sort() {
    if (!sorted) {
      Arrays.sort(keys, 0, size);
      sorted = true;
    }
  }

  /// Takes the best row away and returns it.
  int take() {
    sort();
    return TopK.row(keys[--size]);
  }

  /// Moves the best rows to `into` until it is full.
  void move(TopK into) {
    sort();
    while (size > 0 && !into.full()) {
      long key = keys[--size];
      into.offer(TopK.row(key), TopK.score(key));
    }
  }
}
