package io.pandion.index.kernel;

import io.pandion.model.PandionException;
import java.lang.foreign.MemorySegment;

/// Rows of one format, one after the other. Immutable by contract, any number of threads.
///
/// @param data at least `count` rows from its first byte on; for the native kernel outside the heap
/// @param count of rows
public record Rows(RowFormat format, MemorySegment data, int count, int dimension) {
  public Rows {
    long needed = (long) count * format.stride(dimension);
    if (data.byteSize() < needed) {
      throw PandionException.corrupt(
          count + " rows of " + format + " need " + needed + " bytes, not " + data.byteSize());
    }
  }

  public int stride() {
    return format.stride(dimension);
  }
}
