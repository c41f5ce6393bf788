package io.pandion.index;

import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.ScoreBatch;

/// What one thread needs to walk graphs, kept from walk to walk. Grows with the largest graph, a
/// bit a row.
final class GraphScratch {
  private static final ThreadLocal<GraphScratch> OF_THREAD =
      ThreadLocal.withInitial(GraphScratch::new);

  final RowQuery query = new RowQuery();
  private final RowQuery[] queries = {query};
  final Candidates candidates = new Candidates();
  final Visited visited = new Visited();
  final Refined refined = new Refined();

  /// For a [Ranking].
  final RowQuery second = new RowQuery();

  final Candidates best = new Candidates();
  private ScoreBatch batch = new ScoreBatch(64);

  static GraphScratch ofThread() {
    return OF_THREAD.get();
  }

  /// The query as an array of one.
  RowQuery[] queries() {
    return queries;
  }

  /// Room for so many neighbours; what was in it is lost when it grows.
  ScoreBatch batch(int capacity) {
    if (batch.capacity() < capacity) {
      batch = new ScoreBatch(capacity);
    }
    return batch;
  }
}
