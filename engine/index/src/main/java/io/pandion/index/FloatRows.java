package io.pandion.index;

import io.pandion.index.kernel.RowFormat;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.lang.foreign.MemorySegment;

/// Float vectors in memory, row by row: *rows* x *dimension* little-endian floats, a row each
/// `strideBytes` (a multiple of 64). Immutable by contract, any number of threads.
///
/// @param data at least `rows * strideBytes` bytes; padding after a row is zero
public record FloatRows(MemorySegment data, int rows, int dimension, int strideBytes)
    implements VectorRows {
  /// Bytes from one row to the next for a dimension: the floats, rounded up to 64 bytes.
  public static int stride(int dimension) {
    return (dimension * Float.BYTES + 63) & ~63;
  }

  /// These rows, which an index takes as floats only.
  ///
  /// @throws PandionException UNSUPPORTED for bytes, naming the index
  static FloatRows of(VectorRows rows, String index) {
    if (rows instanceof FloatRows floats) {
      return floats;
    }
    throw new PandionException(
        Reason.UNSUPPORTED,
        Subject.INDEX,
        "index type " + index + " takes no Int8Vector; use HNSW, AUTOINDEX or FLAT");
  }

  @Override
  public RowFormat format() {
    return RowFormat.FLOAT32;
  }

  @Override
  public float get(int row, int d) {
    return data.get(SectionFile.FLOAT, offset(row) + 4L * d);
  }

  @Override
  public void read(int row, float[] to) {
    MemorySegment.copy(data, SectionFile.FLOAT, offset(row), to, 0, dimension);
  }
}
