package io.pandion.index.kernel;

/// How a vector lies in memory. A row takes [#stride] bytes and starts at a multiple of 64 bytes,
/// but for PQ; what a vector does not fill is zero. Numbers are little-endian.
///
/// The rows of codes, SQ8, SQ4 and PQ, end with two floats, *factor* at `stride - 8` and *constant*
/// at `stride - 4`, in which [RowCodec] puts what a metric needs.
public enum RowFormat {
  /// 32-bit floats.
  FLOAT32,
  /// IEEE 754 16-bit floats, all finite.
  FLOAT16,
  /// The upper halves of 32-bit floats.
  BFLOAT16,
  /// Signed bytes, -128 to 127: vectors of bytes as they are.
  INT8,
  /// A signed byte for each dimension, -127 to 127, in steps of the row's own size.
  SQ8,
  /// Four bits for each dimension of the rotated vector, 0 to 15 for -7.5 to 7.5 steps of the row's
  /// own size: byte *j* holds dimension *j* in its lower and *j + half* in its upper bits, *half*
  /// being half the dimension after it was rounded up to 16.
  SQ4,
  /// A product quantiser's codes, see [CodeWords]; the *dimension* of [#stride] and of [Rows] is
  /// the number of their bytes. A row takes a multiple of 8 bytes only, so that few bytes stay few.
  PQ;

  private static final int ENDS = 2 * Float.BYTES;

  /// Bytes from one row to the next, a multiple of 64, for PQ of 8.
  public int stride(int dimension) {
    int bytes =
        switch (this) {
          case FLOAT32 -> Float.BYTES * dimension;
          case INT8 -> dimension;
          case FLOAT16, BFLOAT16 -> Short.BYTES * dimension;
          case SQ8, PQ -> dimension + ENDS;
          case SQ4 -> Rotation.size(dimension) / 2 + ENDS;
        };
    return this == PQ ? (bytes + 7) & -8 : (bytes + 63) & -64;
  }

  /// Whether rows are codes with a factor and a constant at their end.
  public boolean isCode() {
    return this == SQ8 || this == SQ4 || this == PQ;
  }
}
