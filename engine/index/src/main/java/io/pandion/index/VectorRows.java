package io.pandion.index;

import io.pandion.index.kernel.RowFormat;
import java.lang.foreign.MemorySegment;

/// The vectors of a segment in memory, row by row, as their column has them. Immutable by contract,
/// any number of threads.
public sealed interface VectorRows permits FloatRows, Int8Rows {
  /// At least `rows * strideBytes` bytes; padding after a row is zero.
  MemorySegment data();

  int rows();

  int dimension();

  /// Bytes from one row to the next, a multiple of 64.
  int strideBytes();

  /// How a kernel reads them.
  RowFormat format();

  /// One number.
  float get(int row, int d);

  /// Writes a row to the first numbers of `to`.
  void read(int row, float[] to);

  default long offset(int row) {
    return (long) row * strideBytes();
  }
}
