package io.pandion.index.kernel;

import java.lang.foreign.MemorySegment;

/// Room for the rows to score and for their scores, kept from call to call. One thread.
public final class ScoreBatch {
  private final int[] ids;
  private final float[] scores;
  final MemorySegment idsSegment;
  final MemorySegment scoresSegment;
  private long[] queries = {};
  private MemorySegment queriesSegment = MemorySegment.NULL;
  private long hint;

  public ScoreBatch(int capacity) {
    ids = new int[capacity];
    scores = new float[capacity];
    idsSegment = MemorySegment.ofArray(ids);
    scoresSegment = MemorySegment.ofArray(scores);
  }

  public int capacity() {
    return ids.length;
  }

  /// The rows to score, to be written by the caller.
  public int[] ids() {
    return ids;
  }

  /// Where scores are written to.
  public float[] scores() {
    return scores;
  }

  /// Room for the addresses of so many queries.
  long[] queries(int count) {
    if (queries.length < count) {
      queries = new long[count];
      queriesSegment = MemorySegment.ofArray(queries);
    }
    return queries;
  }

  MemorySegment queriesSegment() {
    return queriesSegment;
  }

  /// Names 128 readable bytes that the caller will read after the next call: the native kernel
  /// fetches them meanwhile. Zero for none.
  public void readsNext(long address) {
    hint = address;
  }

  long hint() {
    return hint;
  }
}
