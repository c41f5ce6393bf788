package io.pandion.index.sparse;

import io.pandion.index.AcceptRows;
import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;

/// The exact scan, for rows that have no index. Stateless, any number of threads. Cost: O(values of
/// the accepted rows).
public final class SparseScan {
  private SparseScan() {}

  /// Adds the best rows of one chunk to `into`, not sorted; as in [SparseIndex], rows that share no
  /// dimension with the query are not found.
  ///
  /// @param baseRow number of the chunk's first row; `search.accept` and `into` count from there
  public static void search(
      SparseRows chunk, int baseRow, SparseVector query, VectorSearch search, TopK into) {
    AcceptRows accept = search.accept();
    for (int row = 0; row < chunk.rows(); row++) {
      if (accept != null && !accept.accepts(baseRow + row)) {
        continue;
      }
      float score = score(chunk, row, query);
      if (score >= into.threshold() && search.inRange(score)) {
        into.offer(baseRow + row, score);
      }
    }
  }

  /// The inner product, NaN when no dimension is shared.
  private static float score(SparseRows chunk, int row, SparseVector query) {
    int at = chunk.start(row);
    int end = chunk.start(row + 1);
    int of = 0;
    double sum = 0;
    boolean shared = false;
    while (at < end && of < query.size()) {
      int order = Integer.compareUnsigned(chunk.dimension(at), query.dimension(of));
      if (order == 0 && chunk.value(at) != 0 && query.value(of) != 0) {
        sum += (double) chunk.value(at) * query.value(of);
        shared = true;
      }
      at += order <= 0 ? 1 : 0;
      of += order >= 0 ? 1 : 0;
    }
    return shared ? (float) sum : Float.NaN;
  }
}
