package io.pandion.index;

/// The best rows of a walk, sorted best first, each marked when its neighbours have been seen. One
/// thread; reusable; allocates only to grow.
final class Candidates {
  private static final long SEEN = 0x80000000L;

  private long[] keys = new long[64];
  private int size;
  private int capacity;

  void reset(int wanted) {
    capacity = wanted;
    size = 0;
    if (keys.length < wanted) {
      keys = new long[wanted];
    }
  }

  int size() {
    return size;
  }

  boolean full() {
    return size == capacity;
  }

  /// The score that a row must beat once the set is full.
  float worst() {
    return size < capacity ? Float.NEGATIVE_INFINITY : score(keys[size - 1]);
  }

  int row(int i) {
    return (int) keys[i] & 0x7fffffff;
  }

  float score(int i) {
    return score(keys[i]);
  }

  /// Marks a candidate; false when it was marked before.
  boolean see(int i) {
    boolean fresh = (keys[i] & SEEN) == 0;
    keys[i] |= SEEN;
    return fresh;
  }

  /// Adds a row unless it is worse than all of a full set; returns its place, or the largest int.
  int add(int row, float score) {
    long key = key(row, score);
    if (size == capacity && key >= keys[size - 1]) {
      return Integer.MAX_VALUE;
    }
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keys[middle] < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    int moved = size == capacity ? size - 1 - low : size++ - low;
    System.arraycopy(keys, low, keys, low + 1, moved);
    keys[low] = key;
    return low;
  }

  private static long key(int row, float score) {
    // what overflowed to NaN is worse than all else
    int bits = Float.floatToRawIntBits(Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score);
    int ordered = bits ^ ((bits >> 31) & 0x7fffffff);
    return ((long) ~ordered << 32) | row;
  }

  private static float score(long key) {
    int ordered = ~(int) (key >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7fffffff));
  }
}
