package io.pandion.index;

/// Rows with their exact scores, before it is known whether they suffice. One thread; reusable.
final class Refined {
  int[] rows = new int[64];
  float[] scores = new float[64];
  int size;

  void clear() {
    size = 0;
  }

  void add(int row) {
    if (size == rows.length) {
      rows = java.util.Arrays.copyOf(rows, 2 * size);
      scores = new float[2 * size];
    }
    rows[size++] = row;
  }

  int inRange(VectorSearch search) {
    int count = 0;
    for (int i = 0; i < size; i++) {
      count += search.inRange(scores[i]) ? 1 : 0;
    }
    return count;
  }

  void offer(VectorSearch search, TopK into) {
    for (int i = 0; i < size; i++) {
      if (scores[i] >= into.threshold() && search.inRange(scores[i])) {
        into.offer(rows[i], scores[i]);
      }
    }
  }
}
