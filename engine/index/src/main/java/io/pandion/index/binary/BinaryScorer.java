package io.pandion.index.binary;

import io.pandion.index.SectionFile;
import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Scores rows against one query, in batches. One thread; reusable, one kept for each thread.
final class BinaryScorer {
  static final int BATCH = 64;

  private static final ThreadLocal<BinaryScorer> OF_THREAD =
      ThreadLocal.withInitial(BinaryScorer::new);

  private final BitKernel kernel = BitKernel.chosen();
  private final long[] at = new long[BATCH];
  private final int[] ids = new int[BATCH];
  private final int[] shared = new int[BATCH];
  private final int[] own = new int[BATCH];
  private long[] query = {};
  private MemorySegment data = MemorySegment.NULL;
  private BinaryMetric metric = BinaryMetric.HAMMING;
  private int words;
  private int queryBits;
  private int waiting;

  static BinaryScorer ofThread() {
    return OF_THREAD.get();
  }

  /// Turns to rows and to a query, `dimension / 8` bytes from `offset` on.
  void turn(BinaryRows rows, BinaryMetric by, byte[] from, int offset) {
    query(rows.words());
    MemorySegment bytes = MemorySegment.ofArray(query);
    bytes.fill((byte) 0);
    MemorySegment.copy(from, offset, bytes, ValueLayout.JAVA_BYTE, 0, rows.dimension() / 8);
    start(rows.data(), by);
  }

  /// Turns to rows and to the row of another segment as the query.
  void turn(BinaryRows rows, BinaryMetric by, MemorySegment from, long offset) {
    query(rows.words());
    for (int i = 0; i < words; i++) {
      query[i] = from.get(SectionFile.LONG, offset + 8L * i);
    }
    start(rows.data(), by);
  }

  private void query(int length) {
    words = length;
    if (query.length != length) {
      query = new long[length];
    }
  }

  private void start(MemorySegment rows, BinaryMetric by) {
    data = rows;
    metric = by;
    waiting = 0;
    queryBits = 0;
    for (int i = 0; i < words; i++) {
      queryBits += Long.bitCount(query[i]);
    }
  }

  /// Scores the row at an offset, sooner or later: the last when it is told to [#finish].
  void add(int id, long offset, VectorSearch search, TopK into) {
    ids[waiting] = id;
    at[waiting++] = offset;
    if (waiting == BATCH) {
      finish(search, into);
    }
  }

  void finish(VectorSearch search, TopK into) {
    if (metric == BinaryMetric.HAMMING) {
      kernel.differing(query, data, at, waiting, words, shared);
    } else {
      kernel.common(query, data, at, waiting, words, shared, own);
    }
    for (int i = 0; i < waiting; i++) {
      float score = metric == BinaryMetric.HAMMING ? -shared[i] : jaccard(shared[i], own[i]);
      if (score >= into.threshold() && search.inRange(score)) {
        into.offer(ids[i], score);
      }
    }
    waiting = 0;
  }

  private float jaccard(int both, int bits) {
    int either = queryBits + bits - both;
    return either == 0 ? -1 : -(1 - (float) both / either);
  }
}
