package io.pandion.index.kernel;

/// A fixed orthogonal matrix that spreads every vector over all its dimensions, so that four bits
/// each suffice: four rounds of random signs and a Walsh-Hadamard transform. Where the size is no
/// power of two, the rounds transform its first and its last part in turn, which overlap.
/// Immutable, any number of threads. Cost: O(size x log size).
public final class Rotation {
  private static final int ROUNDS = 4;

  private final int size;
  private final int part;
  private final float[] signs;

  public Rotation(int dimension) {
    size = size(dimension);
    part = Integer.highestOneBit(size);
    signs = new float[ROUNDS * size];
    float scale = (float) (1 / Math.sqrt(part));
    long state = 0x50414e44494f4eL;
    for (int i = 0; i < signs.length; i++) {
      state += 0x9e3779b97f4a7c15L; // splitmix64
      long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      int at = i % size;
      int start = start(i / size);
      float by = at >= start && at < start + part ? scale : 1;
      signs[i] = (z ^ (z >>> 31)) < 0 ? -by : by;
    }
  }

  /// Dimensions of a rotated vector: those of the vector, rounded up to 16.
  public static int size(int dimension) {
    return (dimension + 15) & -16;
  }

  private int start(int round) {
    return (round & 1) == 0 ? 0 : size - part;
  }

  /// Rotates the first [#size] floats in place.
  public void apply(float[] x) {
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < size; i++) {
        x[i] *= signs[round * size + i];
      }
      transform(x, start(round), part);
    }
  }

  private static void transform(float[] x, int at, int length) {
    for (int half = 1; half < length; half <<= 1) {
      for (int i = at; i < at + length; i += 2 * half) {
        for (int j = i; j < i + half; j++) {
          float a = x[j];
          float b = x[j + half];
          x[j] = a + b;
          x[j + half] = a - b;
        }
      }
    }
  }
}
