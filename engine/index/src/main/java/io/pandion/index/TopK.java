package io.pandion.index;

/// The best k (row, score) pairs seen, larger scores first, equal scores by smaller row. One
/// thread; reusable; allocates only in [#reset] when k grows.
public final class TopK {
  private long[] heap = new long[16];
  private int size;
  private int k;

  /// Empties it for a search of `k` rows.
  public void reset(int wanted) {
    k = wanted;
    size = 0;
    if (heap.length < wanted) {
      heap = new long[wanted];
    }
  }

  public int size() {
    return size;
  }

  public int k() {
    return k;
  }

  public boolean full() {
    return size == k;
  }

  /// Score that a row must beat to enter, or negative infinity while there is room.
  public float threshold() {
    return size < k ? Float.NEGATIVE_INFINITY : score(heap[0]);
  }

  /// Offers a row; NaN never enters.
  public void offer(int row, float score) {
    long key = key(row, score);
    if (size < k) {
      heap[size] = key;
      up(size++);
    } else if (k > 0 && key > heap[0]) {
      heap[0] = key;
      down(0);
    }
  }

  /// Sorts best first; offer nothing afterwards until [#reset].
  public void sort() {
    java.util.Arrays.sort(heap, 0, size);
    for (int i = 0, j = size - 1; i < j; i++, j--) {
      long swap = heap[i];
      heap[i] = heap[j];
      heap[j] = swap;
    }
  }

  public int row(int i) {
    return row(heap[i]);
  }

  public float score(int i) {
    return score(heap[i]);
  }

  /// Orders rows: larger is better.
  static long key(int row, float score) {
    int bits = Float.floatToIntBits(score);
    int ordered = bits ^ ((bits >> 31) & 0x7fffffff);
    return ((long) ordered << 32) | (~row & 0xffffffffL);
  }

  static int row(long key) {
    return ~(int) key;
  }

  static float score(long key) {
    int ordered = (int) (key >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7fffffff));
  }

  private void up(int from) {
    int i = from;
    long key = heap[i];
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (heap[parent] <= key) {
        break;
      }
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = key;
  }

  private void down(int from) {
    int i = from;
    long key = heap[i];
    while (true) {
      int child = 2 * i + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= key) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = key;
  }
}
