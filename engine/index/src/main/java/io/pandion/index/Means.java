package io.pandion.index;

import io.pandion.model.Metric;

/// The mean of vectors, of unit vectors for COSINE: codes relative to it are finer.
final class Means {
  /// More rows hardly move it.
  private static final int SAMPLE = 100_000;

  private Means() {}

  static float[] of(VectorRows rows, Metric metric) {
    double[] sums = new double[rows.dimension()];
    int step = Math.ceilDiv(Math.max(1, rows.rows()), SAMPLE);
    int count = 0;
    for (int row = 0; row < rows.rows(); row += step) {
      double by = metric == Metric.COSINE ? inverseNorm(rows, row) : 1;
      for (int i = 0; i < sums.length; i++) {
        sums[i] += by * rows.get(row, i);
      }
      count++;
    }
    float[] out = new float[sums.length];
    for (int i = 0; i < out.length; i++) {
      float mean = (float) (sums[i] / Math.max(1, count));
      out[i] = Float.isFinite(mean) ? mean : 0;
    }
    return out;
  }

  private static double inverseNorm(VectorRows rows, int row) {
    double squares = 0;
    for (int i = 0; i < rows.dimension(); i++) {
      double x = rows.get(row, i);
      squares += x * x;
    }
    return squares == 0 ? 0 : 1 / Math.sqrt(squares);
  }
}
