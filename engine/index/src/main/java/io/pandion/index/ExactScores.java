package io.pandion.index;

/// The exact scores of rows, from their floats. Any number of threads.
public interface ExactScores {
  /// Scores the first `count` rows of `rows`, which are sorted, into `out`; larger is nearer.
  ///
  /// @param query holds the query's floats from `offset` on
  void score(float[] query, int offset, int[] rows, int count, float[] out);
}
