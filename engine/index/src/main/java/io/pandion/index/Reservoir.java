package io.pandion.index;

/// Keeps the best of many scored places: takes all that are above its threshold, and when it holds
/// twice as many as wanted, throws the worse half away and raises the threshold. One thread;
/// reusable; allocates only to grow.
final class Reservoir {
  private int[] places = {};
  private float[] scores = {};
  private int wanted;
  private int size;
  private float threshold;

  /// @param count of places to keep
  void reset(int count) {
    wanted = count;
    size = 0;
    threshold = Float.NEGATIVE_INFINITY;
    if (places.length < 2 * count) {
      places = new int[2 * count];
      scores = new float[2 * count];
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
    return places[i];
  }

  float score(int i) {
    return scores[i];
  }

  /// Takes a place whose score is above the threshold.
  void add(int place, float score) {
    places[size] = place;
    scores[size++] = score;
    if (size == 2 * wanted) {
      cut();
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
      float pivot = scores[(low + high) >>> 1];
      int i = low;
      int j = high;
      while (i <= j) {
        while (scores[i] > pivot) {
          i++;
        }
        while (scores[j] < pivot) {
          j--;
        }
        if (i <= j) {
          swap(i++, j--);
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
    threshold = scores[wanted - 1];
  }

  private void swap(int i, int j) {
    int place = places[i];
    places[i] = places[j];
    places[j] = place;
    float score = scores[i];
    scores[i] = scores[j];
    scores[j] = score;
  }
}
