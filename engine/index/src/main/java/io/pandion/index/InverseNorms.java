package io.pandion.index;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// One over the Euclidean norm of each row, zero for a zero vector: what COSINE multiplies with.
/// Four bytes a row.
public final class InverseNorms {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private InverseNorms() {}

  /// Of all rows.
  public static float[] of(FloatRows rows) {
    float[] out = new float[rows.rows()];
    fill(rows, 0, out.length, out);
    return out;
  }

  /// Writes those of rows `from` until `to` to the same places of `out`.
  public static void fill(FloatRows rows, int from, int to, float[] out) {
    for (int row = from; row < to; row++) {
      double squares = 0;
      long at = rows.offset(row);
      for (int i = 0; i < rows.dimension(); i++) {
        double x = rows.data().get(FLOAT, at + 4L * i);
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
