package io.pandion.index;

import java.util.Arrays;

/// The best rows of a walk, sorted best first, each marked when its neighbours have been seen. One
/// thread; reusable; allocates only to grow. It forgets what it has no room for, unless it is told
/// to keep that for the time when it is widened.
final class Candidates {
  private static final long SEEN = 0x80000000L;

  private long[] keys = new long[64];
  private int size;
  private int capacity;
  private boolean keeps;
  private long[] dropped = {};
  private int droppedSize;

  void reset(int wanted) {
    capacity = wanted;
    size = 0;
    droppedSize = 0;
    if (keys.length < wanted) {
      keys = new long[wanted];
    }
  }

  /// Remembers from now on what there is no room for.
  void keepDropped() {
    keeps = true;
  }

  /// Makes room for more; the best of what was dropped comes back.
  void widen(int wanted) {
    capacity = wanted;
    keys = Arrays.copyOf(keys, wanted);
    Arrays.sort(dropped, 0, droppedSize);
    int back = Math.min(droppedSize, capacity - size);
    System.arraycopy(dropped, 0, keys, size, back);
    System.arraycopy(dropped, back, dropped, 0, droppedSize - back);
    size += back;
    droppedSize -= back;
  }

  private void drop(long key) {
    if (droppedSize == dropped.length) {
      dropped = Arrays.copyOf(dropped, Math.max(64, 2 * droppedSize));
    }
    dropped[droppedSize++] = key;
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
    if (size == capacity) {
      boolean worst = key >= keys[size - 1];
      if (keeps) {
        drop(worst ? key : keys[size - 1]);
      }
      if (worst) {
        return Integer.MAX_VALUE;
      }
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
