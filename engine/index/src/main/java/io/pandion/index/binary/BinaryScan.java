package io.pandion.index.binary;

import io.pandion.index.AcceptRows;
import io.pandion.index.ExactIteration;
import io.pandion.index.TopK;
import io.pandion.index.VectorIteration;
import io.pandion.index.VectorSearch;
import java.util.Arrays;

/// The exact scan, for BIN_FLAT and for rows that have no index. Any number of threads; a warm scan
/// allocates nothing. Cost: O(accepted rows x dimension).
public final class BinaryScan {
  private BinaryScan() {}

  /// Adds the best rows of one chunk to `into`, not sorted.
  ///
  /// @param baseRow number of the chunk's first row; `search.accept` and `into` count from there
  /// @param query holds the query's bytes from `offset` on
  public static void search(
      BinaryRows chunk,
      int baseRow,
      BinaryMetric metric,
      byte[] query,
      int offset,
      VectorSearch search,
      TopK into) {
    BinaryScorer scorer = BinaryScorer.ofThread();
    scorer.turn(chunk, metric, query, offset);
    AcceptRows accept = search.accept();
    for (int row = 0; row < chunk.rows(); row++) {
      if (accept == null || accept.accepts(baseRow + row)) {
        scorer.add(baseRow + row, chunk.offset(row), search, into);
      }
    }
    scorer.finish(search, into);
  }

  static VectorIteration iterate(
      BinaryRows rows, BinaryMetric metric, byte[] query, int offset, VectorSearch search) {
    byte[] own = Arrays.copyOfRange(query, offset, offset + rows.dimension() / 8);
    return new ExactIteration(
        search, rows.rows(), (wider, into) -> search(rows, 0, metric, own, 0, wider, into));
  }
}
