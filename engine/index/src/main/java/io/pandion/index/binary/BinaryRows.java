package io.pandion.index.binary;

import java.lang.foreign.MemorySegment;

/// Binary vectors in memory, row by row: eight dimensions a byte, as Milvus lays them out, a row
/// each `strideBytes` (a multiple of 8). Immutable by contract, any number of threads.
///
/// @param data at least `rows * strideBytes` bytes; padding after a row is zero
/// @param dimension in bits, a multiple of 8
public record BinaryRows(MemorySegment data, int rows, int dimension, int strideBytes) {
  /// Bytes from one row to the next for a dimension, rounded up to eight.
  public static int stride(int dimension) {
    return (dimension + 63) >>> 6 << 3;
  }

  public long offset(int row) {
    return (long) row * strideBytes;
  }

  /// The 64-bit words of a row.
  int words() {
    return strideBytes >>> 3;
  }
}
