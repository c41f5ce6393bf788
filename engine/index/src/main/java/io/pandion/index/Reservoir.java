package io.pandion.index;

/// Keeps the best of many scored places, of equal scores the smaller places, whatever order they
/// come in: takes all that are above its threshold, and when it holds twice as many as wanted,
/// throws the worse half away and raises the threshold. One thread; reusable; allocates only to
/// grow.
final class Reservoir {
  /// Score and place in one, larger is better.
  private long[] keys = {};

  private int wanted;
  private int size;
  private long worst;
  private float threshold;

  /// @param count of places to keep
  void reset(int count) {
    wanted = count;
    size = 0;
    worst = Long.MIN_VALUE;
    threshold = Float.NEGATIVE_INFINITY;
    if (keys.length < 2 * count) {
      keys = new long[2 * count];
    }
  }

  /// What a score must be above to be kept.
  float threshold() {
    return threshold;
  }

  int size() {
    return size;
  }

  int place(int i) {
    return TopK.row(keys[i]);
  }

  float score(int i) {
    return TopK.score(keys[i]);
  }

  /// Takes a place whose score is above the threshold.
  void add(int place, float score) {
    long key = TopK.key(place, score);
    if (key > worst) {
      keys[size++] = key;
      if (size == 2 * wanted) {
        cut();
      }
    }
  }

  /// Leaves the best ones, in no order.
  void cut() {
    if (size <= wanted) {
      return;
    }
    int low = 0;
    int high = size - 1;
    while (low < high) {
      long pivot = keys[(low + high) >>> 1];
      int i = low;
      int j = high;
      while (i <= j) {
        while (keys[i] > pivot) {
          i++;
        }
        while (keys[j] < pivot) {
          j--;
        }
        if (i <= j) {
          long swap = keys[i];
          keys[i++] = keys[j];
          keys[j--] = swap;
        }
      }
      if (wanted - 1 <= j) {
        high = j;
      } else if (wanted - 1 >= i) {
        low = i;
      } else {
        break;
      }
    }
    size = wanted;
    worst = keys[wanted - 1];
    threshold = Math.nextDown(TopK.score(worst)); // a smaller place of this score is better
  }
}
