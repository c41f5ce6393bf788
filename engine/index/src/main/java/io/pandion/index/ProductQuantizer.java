package io.pandion.index;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Splits a vector into parts and stands for each part by one of 16 words, in one or more stages:
/// what a stage leaves over is the input of the next. The codes of a stage follow those of the one
/// before. Immutable after [#train], any number of threads.
///
/// Jégou, Douze and Schmid, Product quantization for nearest neighbor search (2011).
final class ProductQuantizer {
  static final int WORDS = 16;
  private static final int ROUNDS = 12;

  private final int dimension;
  private final int parts;
  private final int stages;

  /// For each stage and part, and for each of the [#width] dimensions of a part, those of 16 words.
  private final float[] words;

  /// @param parts at most as many as dimensions; the first ones are one dimension larger where it
  ///   does not divide
  ProductQuantizer(int dimension, int parts, int stages) {
    this(
        dimension,
        parts,
        stages,
        new float[stages * parts * WORDS * ((dimension + parts - 1) / parts)]);
  }

  ProductQuantizer(int dimension, int parts, int stages, float[] words) {
    this.dimension = dimension;
    this.parts = parts;
    this.stages = stages;
    this.words = words;
  }

  /// Codes of a vector.
  int codes() {
    return stages * parts;
  }

  float[] words() {
    return words;
  }

  private int width() {
    return (dimension + parts - 1) / parts;
  }

  /// The first dimension of a part.
  private int start(int part) {
    int small = dimension / parts;
    return part * small + Math.min(part, dimension % parts);
  }

  /// Where a dimension of the words of a code starts.
  private int at(int code, int d) {
    return (code * width() + d) * WORDS;
  }

  /// Learns the words from a sample, row by row, which it changes.
  void train(float[] sample, long seed, Workers workers) {
    int rows = sample.length / dimension;
    workers.share(
        parts,
        1,
        (from, to) -> {
          for (int part = from; part < to; part++) {
            for (int stage = 0; stage < stages; stage++) {
              int code = stage * parts + part;
              learn(sample, rows, code, new SplittableRandom(seed + code));
              for (int row = 0; row < rows; row++) {
                subtract(sample, row * dimension, code, nearest(sample, row * dimension, code));
              }
            }
          }
        });
  }

  private void learn(float[] sample, int rows, int code, SplittableRandom random) {
    int part = code % parts;
    int start = start(part);
    int width = start(part + 1) - start;
    for (int value = 0; value < WORDS && rows > 0; value++) {
      int row = random.nextInt(rows);
      set(code, value, sample, row * dimension + start, width);
    }
    double[] sums = new double[WORDS * width];
    int[] counts = new int[WORDS];
    for (int round = 0; round < ROUNDS; round++) {
      Arrays.fill(sums, 0);
      Arrays.fill(counts, 0);
      for (int row = 0; row < rows; row++) {
        int value = nearest(sample, row * dimension, code);
        counts[value]++;
        for (int d = 0; d < width; d++) {
          sums[value * width + d] += sample[row * dimension + start + d];
        }
      }
      for (int value = 0; value < WORDS && rows > 0; value++) {
        if (counts[value] == 0) {
          int row = random.nextInt(rows);
          set(code, value, sample, row * dimension + start, width);
          continue;
        }
        for (int d = 0; d < width; d++) {
          words[at(code, d) + value] = (float) (sums[value * width + d] / counts[value]);
        }
      }
    }
  }

  private void set(int code, int value, float[] from, int start, int width) {
    for (int d = 0; d < width; d++) {
      words[at(code, d) + value] = from[start + d];
    }
  }

  private int nearest(float[] from, int offset, int code) {
    int part = code % parts;
    int start = start(part);
    int width = start(part + 1) - start;
    float[] far = new float[WORDS];
    for (int d = 0; d < width; d++) {
      float x = from[offset + start + d];
      int at = at(code, d);
      for (int value = 0; value < WORDS; value++) {
        float by = x - words[at + value];
        far[value] += by * by;
      }
    }
    int best = 0;
    for (int value = 1; value < WORDS; value++) {
      if (far[value] < far[best]) {
        best = value;
      }
    }
    return best;
  }

  private void subtract(float[] from, int offset, int code, int value) {
    int part = code % parts;
    int start = start(part);
    for (int d = 0; d < start(part + 1) - start; d++) {
      from[offset + start + d] -= words[at(code, d) + value];
    }
  }

  /// The codes of a vector; the vector becomes what they leave over.
  void encode(float[] vector, byte[] codes) {
    for (int code = 0; code < codes(); code++) {
      int value = nearest(vector, 0, code);
      subtract(vector, 0, code, value);
      codes[code] = (byte) value;
    }
  }

  /// The products of a vector with all words, 16 for each code.
  void products(float[] vector, float by, float[] out) {
    Arrays.fill(out, 0, WORDS * codes(), 0);
    for (int code = 0; code < codes(); code++) {
      int part = code % parts;
      int start = start(part);
      int width = start(part + 1) - start;
      int to = WORDS * code;
      for (int d = 0; d < width; d++) {
        float x = vector[start + d] * by;
        int at = at(code, d);
        for (int value = 0; value < WORDS; value++) {
          out[to + value] += x * words[at + value];
        }
      }
    }
  }
}
