package io.pandion.index.binary;

import io.pandion.index.SectionFile;
import java.lang.foreign.MemorySegment;

/// The plain Java twin, one popcount a word.
final class ScalarBitKernel implements BitKernel {
  @Override
  public void differing(
      long[] query, MemorySegment rows, long[] at, int count, int words, int[] out) {
    for (int i = 0; i < count; i++) {
      int bits = 0;
      for (int w = 0; w < words; w++) {
        bits += Long.bitCount(query[w] ^ rows.get(SectionFile.LONG, at[i] + 8L * w));
      }
      out[i] = bits;
    }
  }

  @Override
  public void common(
      long[] query, MemorySegment rows, long[] at, int count, int words, int[] both, int[] own) {
    for (int i = 0; i < count; i++) {
      int shared = 0;
      int bits = 0;
      for (int w = 0; w < words; w++) {
        long row = rows.get(SectionFile.LONG, at[i] + 8L * w);
        shared += Long.bitCount(query[w] & row);
        bits += Long.bitCount(row);
      }
      both[i] = shared;
      own[i] = bits;
    }
  }
}
