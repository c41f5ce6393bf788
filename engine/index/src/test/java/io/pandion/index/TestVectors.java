package io.pandion.index;

import io.pandion.model.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Vectors for tests and the truth about them.
final class TestVectors {
  static final long SEED = Long.getLong("seed", 42L);

  private TestVectors() {}

  static Random random() {
    System.out.println("-Dseed=" + SEED);
    return new Random(SEED);
  }

  static FloatRows rows(float[][] vectors, int dimension) {
    int stride = FloatRows.stride(dimension);
    MemorySegment data = Arena.ofAuto().allocate(Math.max(64L, (long) vectors.length * stride), 64);
    for (int i = 0; i < vectors.length; i++) {
      MemorySegment.copy(vectors[i], 0, data, ValueLayout.JAVA_FLOAT, (long) i * stride, dimension);
    }
    return new FloatRows(data, vectors.length, dimension, stride);
  }

  /// Rows of whole numbers.
  static Int8Rows bytes(float[][] vectors, int dimension) {
    int stride = Int8Rows.stride(dimension);
    MemorySegment data = Arena.ofAuto().allocate(Math.max(64L, (long) vectors.length * stride), 64);
    for (int i = 0; i < vectors.length; i++) {
      for (int d = 0; d < dimension; d++) {
        data.set(ValueLayout.JAVA_BYTE, (long) i * stride + d, (byte) vectors[i][d]);
      }
    }
    return new Int8Rows(data, vectors.length, dimension, stride);
  }

  /// What a vector of bytes holds of a vector: 30 for 1.
  static float[] rounded(float[] vector) {
    float[] out = new float[vector.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Math.clamp(Math.round(30 * vector[i]), -128, 127);
    }
    return out;
  }

  /// Points around random centres.
  static float[][] clustered(Random random, int count, int dimension, int centres) {
    float[][] middle = new float[centres][dimension];
    for (float[] m : middle) {
      for (int i = 0; i < dimension; i++) {
        m[i] = (float) random.nextGaussian();
      }
    }
    float[][] out = new float[count][dimension];
    for (float[] v : out) {
      float[] m = middle[random.nextInt(centres)];
      for (int i = 0; i < dimension; i++) {
        v[i] = m[i] + 0.7f * (float) random.nextGaussian();
      }
    }
    return out;
  }

  static double score(Metric metric, float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    double l2 = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
      l2 += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return switch (metric) {
      case L2 -> -l2;
      case IP -> dot;
      case COSINE -> aa == 0 || bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
    };
  }

  static AcceptRows passing(Random random, int rows, double ratio) {
    long[] words = new long[(rows + 63) / 64];
    for (int row = 0; row < rows; row++) {
      if (random.nextDouble() < ratio) {
        words[row >> 6] |= 1L << row;
      }
    }
    return new AcceptRows(words, rows);
  }

  static VectorSearch top(int k, @Nullable AcceptRows accept) {
    return new VectorSearch(k, accept, Float.NaN, Float.NaN, Map.of());
  }

  static TopK search(VectorIndex index, float[] query, VectorSearch search) {
    TopK top = new TopK();
    top.reset(search.k());
    index.search(query, 0, search, top);
    top.sort();
    return top;
  }

  static MemorySegment file(Path path) {
    try {
      byte[] bytes = Files.readAllBytes(path);
      MemorySegment out = Arena.ofAuto().allocate(bytes.length, 4096);
      MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, 0, bytes.length);
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
