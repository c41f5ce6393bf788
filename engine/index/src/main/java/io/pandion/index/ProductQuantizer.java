package io.pandion.index;

import io.pandion.index.kernel.CodeWords;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Splits a vector into parts and stands for each part by one of some words, in one or more stages:
/// what a stage leaves over is the input of the next. The codes of a stage follow those of the one
/// before. Immutable after [#train], any number of threads.
///
/// Jégou, Douze and Schmid, Product quantization for nearest neighbor search (2011); Chen, Guan and
/// Wang, Approximate nearest neighbor search by residual vector quantization (2010).
final class ProductQuantizer implements CodeWords {
  private static final int ROUNDS = 12;

  /// Codes of so many bits at most share a byte.
  private static final int HALF = 4;

  private final int dimension;
  private final int parts;
  private final int stages;

  /// Words of a code.
  private final int size;

  private final boolean paired;

  /// For each stage and part, and for each of the [#width] dimensions of a part, those of all
  /// words.
  private final float[] words;

  /// @param parts at most as many as dimensions; the first ones are one dimension larger where it
  ///   does not divide
  /// @param bits of a code, 1 to 8
  ProductQuantizer(int dimension, int parts, int stages, int bits) {
    this(dimension, parts, stages, bits, new float[(int) words(dimension, parts, stages, bits)]);
  }

  /// @param words as many as [#words(int, int, int, int)] says
  ProductQuantizer(int dimension, int parts, int stages, int bits, float[] words) {
    this.dimension = dimension;
    this.parts = parts;
    this.stages = stages;
    this.size = 1 << bits;
    this.paired = bits <= HALF;
    this.words = words;
  }

  /// Numbers that all words have.
  static long words(int dimension, int parts, int stages, int bits) {
    return ((long) stages * parts * ((dimension + parts - 1) / parts)) << bits;
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
    return (code * width() + d) * size;
  }

  /// Learns the words from a sample, row by row, which it changes.
  void train(float[] sample, long seed, Workers workers) {
    int rows = sample.length / dimension;
    workers.share(
        parts,
        1,
        (from, to) -> {
          float[] far = new float[size];
          for (int part = from; part < to; part++) {
            for (int stage = 0; stage < stages; stage++) {
              int code = stage * parts + part;
              learn(sample, rows, code, new SplittableRandom(seed + code), far);
              for (int row = 0; row < rows; row++) {
                take(sample, row * dimension, code, far);
              }
            }
          }
        });
  }

  private void learn(float[] sample, int rows, int code, SplittableRandom random, float[] far) {
    int part = code % parts;
    int start = start(part);
    int width = start(part + 1) - start;
    for (int value = 0; value < size && rows > 0; value++) {
      int row = random.nextInt(rows);
      set(code, value, sample, row * dimension + start, width);
    }
    double[] sums = new double[size * width];
    int[] counts = new int[size];
    for (int round = 0; round < ROUNDS; round++) {
      Arrays.fill(sums, 0);
      Arrays.fill(counts, 0);
      for (int row = 0; row < rows; row++) {
        int value = nearest(sample, row * dimension, code, far);
        counts[value]++;
        for (int d = 0; d < width; d++) {
          sums[value * width + d] += sample[row * dimension + start + d];
        }
      }
      for (int value = 0; value < size && rows > 0; value++) {
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

  /// @param far room for as many numbers as a code has words
  private int nearest(float[] from, int offset, int code, float[] far) {
    int part = code % parts;
    int start = start(part);
    int width = start(part + 1) - start;
    Arrays.fill(far, 0);
    for (int d = 0; d < width; d++) {
      float x = from[offset + start + d];
      int at = at(code, d);
      for (int value = 0; value < size; value++) {
        float by = x - words[at + value];
        far[value] += by * by;
      }
    }
    int best = 0;
    for (int value = 1; value < size; value++) {
      if (far[value] < far[best]) {
        best = value;
      }
    }
    return best;
  }

  /// Chooses the word of a code and takes it off the vector.
  private int take(float[] from, int offset, int code, float[] far) {
    int value = nearest(from, offset, code, far);
    int part = code % parts;
    int start = start(part);
    for (int d = 0; d < start(part + 1) - start; d++) {
      from[offset + start + d] -= words[at(code, d) + value];
    }
    return value;
  }

  /// The codes of a vector, one a byte; the vector becomes what they leave over.
  void codes(float[] vector, byte[] codes) {
    float[] far = new float[size];
    for (int code = 0; code < codes(); code++) {
      codes[code] = (byte) take(vector, 0, code, far);
    }
  }

  /// The products of a vector with all words, for each code.
  void products(float[] vector, float by, float[] out) {
    Arrays.fill(out, 0, size * codes(), 0);
    for (int code = 0; code < codes(); code++) {
      products(vector, by, code, out, size * code);
    }
  }

  private void products(float[] vector, float by, int code, float[] out, int to) {
    int part = code % parts;
    int start = start(part);
    int width = start(part + 1) - start;
    for (int d = 0; d < width; d++) {
      float x = vector[start + d] * by;
      int at = at(code, d);
      for (int value = 0; value < size; value++) {
        out[to + value] += x * words[at + value];
      }
    }
  }

  /// Two codes a byte, the first in its lower bits, where they have four bits at most.
  @Override
  public int bytes() {
    return paired ? (codes() + 1) / 2 : codes();
  }

  @Override
  public void encode(float[] vector, byte[] bytes) {
    float[] far = new float[size];
    Arrays.fill(bytes, 0, bytes(), (byte) 0);
    for (int code = 0; code < codes(); code++) {
      int value = take(vector, 0, code, far);
      if (paired) {
        bytes[code / 2] |= (byte) (value << (HALF * (code & 1)));
      } else {
        bytes[code] = (byte) value;
      }
    }
  }

  @Override
  public void products(float[] vector, float[] out) {
    Arrays.fill(out, 0, 256 * bytes(), 0);
    for (int code = 0; code < codes(); code++) {
      products(vector, 1, code, out, paired ? 256 * (code / 2) + 16 * (code & 1) : 256 * code);
    }
    for (int at = 0; paired && at < 256 * bytes(); at += 256) {
      sums(out, at);
    }
  }

  /// Makes the products of two codes, 16 each, those of a byte; backwards, so that what is still to
  /// be read is not overwritten.
  private static void sums(float[] out, int at) {
    float first = out[at + 16];
    float second = out[at + 17];
    for (int high = 15; high >= 0; high--) {
      float more = high == 0 ? first : high == 1 ? second : out[at + 16 + high];
      for (int low = 0; low < 16; low++) {
        out[at + 16 * high + low] = out[at + low] + more;
      }
    }
  }
}
