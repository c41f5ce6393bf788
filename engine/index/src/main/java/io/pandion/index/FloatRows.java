package io.pandion.index;

import java.lang.foreign.MemorySegment;

/// Float vectors in memory, row by row: *rows* x *dimension* little-endian floats, a row each
/// `strideBytes` (a multiple of 64). Immutable by contract, any number of threads.
///
/// @param data at least `rows * strideBytes` bytes; padding after a row is zero
public record FloatRows(MemorySegment data, int rows, int dimension, int strideBytes) {
  /// Bytes from one row to the next for a dimension: the floats, rounded up to 64 bytes.
  public static int stride(int dimension) {
    return (dimension * Float.BYTES + 63) & ~63;
  }

  public long offset(int row) {
    return (long) row * strideBytes;
  }
}
