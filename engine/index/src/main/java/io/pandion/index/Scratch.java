package io.pandion.index;

/// What one thread needs to score rows exactly, kept from search to search.
final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  final Scorer scorer = new Scorer();
  private final BatchScan batch = new BatchScan();
  private int[] ids = new int[64];
  private float[] scores = new float[64];

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  BatchScan batch() {
    return batch;
  }

  /// Room for row numbers; what was in it stays while it need not grow.
  int[] ids(int count) {
    if (ids.length < count) {
      ids = java.util.Arrays.copyOf(ids, count);
    }
    return ids;
  }

  /// Room for scores.
  float[] scores(int count) {
    if (scores.length < count) {
      scores = new float[count];
    }
    return scores;
  }
}
