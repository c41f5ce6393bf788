package io.pandion.index;

import io.pandion.index.kernel.RowFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Vectors of signed bytes in memory, row by row: *rows* x *dimension* bytes, a row each
/// `strideBytes` (a multiple of 64). Queries are whole numbers of -128 to 127 as floats, others are
/// rounded. Immutable by contract, any number of threads.
///
/// @param data at least `rows * strideBytes` bytes; padding after a row is zero
public record Int8Rows(MemorySegment data, int rows, int dimension, int strideBytes)
    implements VectorRows {
  /// Bytes from one row to the next for a dimension: the bytes, rounded up to 64.
  public static int stride(int dimension) {
    return (dimension + 63) & ~63;
  }

  @Override
  public RowFormat format() {
    return RowFormat.INT8;
  }

  @Override
  public float get(int row, int d) {
    return data.get(ValueLayout.JAVA_BYTE, offset(row) + d);
  }

  @Override
  public void read(int row, float[] to) {
    long at = offset(row);
    for (int d = 0; d < dimension; d++) {
      to[d] = data.get(ValueLayout.JAVA_BYTE, at + d);
    }
  }
}
