package io.pandion.index.kernel;

/// A fixed orthogonal matrix that spreads every vector over all its dimensions, so that four bits
/// each suffice: four rounds of random signs and a Walsh-Hadamard transform. Where the size is no
/// power of two, the rounds transform its first and its last part in turn, which overlap.
/// Immutable, any number of threads. Cost: O(size x log size).
public final class Rotation {
  private static final int ROUNDS = 4;
  private static final boolean LANES = KernelChoice.wideEnough(LaneButterflies.STEP);

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
    apply(x, LANES);
  }

  /// @param lanes with the Vector API; the same bits in any case
  void apply(float[] x, boolean lanes) {
    for (int round = 0; round < ROUNDS; round++) {
      if (lanes) {
        LaneButterflies.multiply(x, signs, round * size, size);
      } else {
        for (int i = 0; i < size; i++) {
          x[i] *= signs[round * size + i];
        }
      }
      transform(x, start(round), part, lanes);
    }
  }

  private static void transform(float[] x, int at, int length, boolean lanes) {
    for (int i = at; i < at + length; i += 8) {
      eight(x, i);
    }
    for (int half = 8; half < length; half <<= 1) {
      if (lanes) {
        LaneButterflies.level(x, at, length, half);
      } else {
        level(x, at, length, half);
      }
    }
  }

  private static void level(float[] x, int at, int length, int half) {
    for (int i = at; i < at + length; i += 2 * half) {
      for (int j = i; j < i + half; j++) {
        float a = x[j];
        float b = x[j + half];
        x[j] = a + b;
        x[j + half] = a - b;
      }
    }
  }

  /// The first three levels of eight neighbours, in registers.
  private static void eight(float[] x, int i) {
    float a0 = x[i] + x[i + 1];
    float a1 = x[i] - x[i + 1];
    float a2 = x[i + 2] + x[i + 3];
    float a3 = x[i + 2] - x[i + 3];
    float a4 = x[i + 4] + x[i + 5];
    float a5 = x[i + 4] - x[i + 5];
    float a6 = x[i + 6] + x[i + 7];
    float a7 = x[i + 6] - x[i + 7];
    float b0 = a0 + a2;
    float b1 = a1 + a3;
    float b2 = a0 - a2;
    float b3 = a1 - a3;
    float b4 = a4 + a6;
    float b5 = a5 + a7;
    float b6 = a4 - a6;
    float b7 = a5 - a7;
    x[i] = b0 + b4;
    x[i + 1] = b1 + b5;
    x[i + 2] = b2 + b6;
    x[i + 3] = b3 + b7;
    x[i + 4] = b0 - b4;
    x[i + 5] = b1 - b5;
    x[i + 6] = b2 - b6;
    x[i + 7] = b3 - b7;
  }
}
