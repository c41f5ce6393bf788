package io.pandion.index;

import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Scores rows against one query: larger is nearer, never NaN for finite vectors. One thread;
/// reusable; allocates only when a batch or dimension is larger than any before.
final class Scorer {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final float[] NO_NORMS = {};

  private VectorKernel kernel = VectorKernel.chosen();
  private MemorySegment data = MemorySegment.NULL;
  private Metric metric = Metric.L2;
  private float[] norms = NO_NORMS;
  private float[] query = {};
  private long[] offsets = new long[64];
  private long stride;
  private int dimension;
  private int length;
  private boolean zeroQuery;

  /// Turns to other rows.
  ///
  /// @param inverseNorms of the rows, needed for COSINE
  void rows(VectorKernel with, FloatRows rows, Metric by, float @Nullable [] inverseNorms) {
    if (by == Metric.COSINE && (inverseNorms == null || inverseNorms.length < rows.rows())) {
      throw new PandionException(
          Reason.INTERNAL,
          Subject.NONE,
          "COSINE over " + rows.rows() + " rows needs their inverse norms; see InverseNorms");
    }
    kernel = with;
    data = rows.data();
    metric = by;
    norms = inverseNorms == null ? NO_NORMS : inverseNorms;
    stride = rows.strideBytes();
    dimension = rows.dimension();
    length = FloatRows.stride(dimension) / Float.BYTES;
    if (query.length < length) {
      query = new float[length];
    }
  }

  /// Turns to another query, copied from `from`.
  void query(float[] from, int offset) {
    System.arraycopy(from, offset, query, 0, dimension);
    java.util.Arrays.fill(query, dimension, length, 0);
    normalise();
  }

  /// Makes a row the query.
  void queryRow(int row) {
    MemorySegment.copy(data, FLOAT, row * stride, query, 0, length);
    if (metric == Metric.COSINE && ordinary(norms[row])) {
      zeroQuery = false;
      float by = norms[row];
      for (int i = 0; i < length; i++) {
        query[i] *= by;
      }
      return;
    }
    normalise();
  }

  /// In double, so that the smallest and largest vectors become unit vectors, too.
  private void normalise() {
    if (metric != Metric.COSINE) {
      return;
    }
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      squares += (double) query[i] * query[i];
    }
    zeroQuery = squares == 0;
    double by = zeroQuery ? 0 : 1 / Math.sqrt(squares);
    for (int i = 0; i < dimension; i++) {
      query[i] = (float) (query[i] * by);
    }
  }

  float score(int row) {
    long at = row * stride;
    return switch (metric) {
      case L2 -> -kernel.squaredL2(query, data, at, length);
      case IP -> product(kernel.dot(query, data, at, length), row);
      case COSINE -> cosine(kernel.dot(query, data, at, length), row);
    };
  }

  /// Scores the first `count` rows of `ids`.
  void scores(int[] ids, int count, float[] out) {
    if (offsets.length < count) {
      offsets = new long[count];
    }
    for (int i = 0; i < count; i++) {
      offsets[i] = ids[i] * stride;
    }
    if (metric == Metric.L2) {
      kernel.squaredL2s(query, data, offsets, count, length, out);
      for (int i = 0; i < count; i++) {
        out[i] = -out[i];
      }
      return;
    }
    kernel.dots(query, data, offsets, count, length, out);
    for (int i = 0; i < count; i++) {
      out[i] = metric == Metric.IP ? product(out[i], ids[i]) : cosine(out[i], ids[i]);
    }
  }

  private float product(float dot, int row) {
    return Float.isNaN(dot) ? (float) exactDot(row) : dot;
  }

  private float cosine(float dot, int row) {
    float norm = norms[row];
    if (norm == 0 || zeroQuery) {
      return 0;
    }
    float score = dot * norm;
    return Math.abs(score) <= 1 && ordinary(norm) ? score : exactCosine(row);
  }

  /// False for norms so large or small that float products lose their meaning.
  private static boolean ordinary(float inverse) {
    return inverse > 1e-15f && inverse < 1e15f;
  }

  private double exactDot(int row) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += (double) query[i] * data.get(FLOAT, row * stride + 4L * i);
    }
    return sum;
  }

  private float exactCosine(int row) {
    double squares = 0;
    double own = 0;
    for (int i = 0; i < dimension; i++) {
      double x = data.get(FLOAT, row * stride + 4L * i);
      squares += x * x;
      own += (double) query[i] * query[i];
    }
    double cosine = exactDot(row) / Math.sqrt(squares * own);
    return Double.isNaN(cosine) ? 0 : (float) Math.clamp(cosine, -1.0, 1.0);
  }
}
