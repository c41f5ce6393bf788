package io.pandion.index.binary;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.pandion.index.SectionFile;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The twin of the Vector API; words that do not fill a vector are counted one by one.
final class LaneBitKernel implements BitKernel {
  private static final VectorSpecies<Long> LANES = LongVector.SPECIES_PREFERRED;
  private static final int STEP = LANES.length();

  @Override
  public void differing(
      long[] query, MemorySegment rows, long[] at, int count, int words, int[] out) {
    int whole = LANES.loopBound(words);
    for (int i = 0; i < count; i++) {
      LongVector sum = LongVector.zero(LANES);
      for (int w = 0; w < whole; w += STEP) {
        LongVector row = LongVector.fromMemorySegment(LANES, rows, at[i] + 8L * w, LITTLE_ENDIAN);
        LongVector bits = LongVector.fromArray(LANES, query, w).lanewise(VectorOperators.XOR, row);
        sum = sum.add(bits.lanewise(VectorOperators.BIT_COUNT));
      }
      int bits = whole == 0 ? 0 : (int) sum.reduceLanes(VectorOperators.ADD);
      for (int w = whole; w < words; w++) {
        bits += Long.bitCount(query[w] ^ rows.get(SectionFile.LONG, at[i] + 8L * w));
      }
      out[i] = bits;
    }
  }

  @Override
  public void common(
      long[] query, MemorySegment rows, long[] at, int count, int words, int[] both, int[] own) {
    int whole = LANES.loopBound(words);
    for (int i = 0; i < count; i++) {
      LongVector sum = LongVector.zero(LANES);
      LongVector all = sum;
      for (int w = 0; w < whole; w += STEP) {
        LongVector row = LongVector.fromMemorySegment(LANES, rows, at[i] + 8L * w, LITTLE_ENDIAN);
        LongVector bits = LongVector.fromArray(LANES, query, w).and(row);
        sum = sum.add(bits.lanewise(VectorOperators.BIT_COUNT));
        all = all.add(row.lanewise(VectorOperators.BIT_COUNT));
      }
      int shared = whole == 0 ? 0 : (int) sum.reduceLanes(VectorOperators.ADD);
      int bits = whole == 0 ? 0 : (int) all.reduceLanes(VectorOperators.ADD);
      for (int w = whole; w < words; w++) {
        long row = rows.get(SectionFile.LONG, at[i] + 8L * w);
        shared += Long.bitCount(query[w] & row);
        bits += Long.bitCount(row);
      }
      both[i] = shared;
      own[i] = bits;
    }
  }
}
