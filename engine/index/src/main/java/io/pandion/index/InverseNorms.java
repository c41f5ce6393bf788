package io.pandion.index;

/// One over the Euclidean norm of each row, zero for a zero vector: what COSINE multiplies with.
/// Four bytes a row.
public final class InverseNorms {
  private InverseNorms() {}

  /// Of all rows.
  public static float[] of(VectorRows rows) {
    float[] out = new float[rows.rows()];
    fill(rows, 0, out.length, out);
    return out;
  }

  /// Writes those of rows `from` until `to` to the same places of `out`.
  public static void fill(VectorRows rows, int from, int to, float[] out) {
    for (int row = from; row < to; row++) {
      double squares = 0;
      for (int i = 0; i < rows.dimension(); i++) {
        double x = rows.get(row, i);
        squares += x * x;
      }
      out[row] = inverse(squares);
    }
  }

  /// Clamped to the finite floats.
  static float inverse(double squares) {
    return squares == 0 ? 0 : (float) Math.min(1 / Math.sqrt(squares), Float.MAX_VALUE);
  }
}
