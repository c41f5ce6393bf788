package io.pandion.index.binary;

import java.lang.foreign.MemorySegment;

/// Counts bits of one query and of rows that lie at offsets: the innermost loops. Threads:
/// stateless, any number. Nothing allocates.
interface BitKernel {
  /// Bits that differ, for the first `count` offsets of `at`.
  void differing(long[] query, MemorySegment rows, long[] at, int count, int words, int[] out);

  /// Bits of both, and bits of the row, for the first `count` offsets of `at`.
  void common(
      long[] query, MemorySegment rows, long[] at, int count, int words, int[] both, int[] own);

  /// The twin of the Vector API where a vector holds four words or more, else scalar.
  static BitKernel chosen() {
    return BitKernelChoice.CHOSEN;
  }
}
