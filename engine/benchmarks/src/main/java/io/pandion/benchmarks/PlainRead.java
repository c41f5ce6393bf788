package io.pandion.benchmarks;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Adds up bytes in vectors of the preferred size: as fast as memory gives them.
final class PlainRead {
  private static final VectorSpecies<Long> LANES = LongVector.SPECIES_PREFERRED;
  private static final int STEP = LANES.vectorByteSize();

  private PlainRead() {}

  /// @param bytes to read; less than two vectors at their end are left out
  static long all(MemorySegment data, long bytes) {
    LongVector a = LongVector.zero(LANES);
    LongVector b = a;
    for (long at = 0; at + 2L * STEP <= bytes; at += 2L * STEP) {
      a = a.add(LongVector.fromMemorySegment(LANES, data, at, ByteOrder.LITTLE_ENDIAN));
      b = b.add(LongVector.fromMemorySegment(LANES, data, at + STEP, ByteOrder.LITTLE_ENDIAN));
    }
    return a.add(b).reduceLanes(VectorOperators.ADD);
  }

  /// @param bytes of a piece, a multiple of a vector
  static long pieces(MemorySegment data, long[] places, int bytes) {
    LongVector sum = LongVector.zero(LANES);
    for (long place : places) {
      for (long at = place; at < place + bytes; at += STEP) {
        sum = sum.add(LongVector.fromMemorySegment(LANES, data, at, ByteOrder.LITTLE_ENDIAN));
      }
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }
}
