package io.pandion.index;

import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Scans rows for several queries, each row read from memory once for all of them. One thread;
/// reusable; allocates only for more queries than any time before.
final class BatchScan {
  /// Queries that share a scan.
  static final int TOGETHER = 32;

  /// Of rows that are scored at a time.
  private static final int STEP = 128;

  /// The share of rows that must pass a filter; below it, a scan of those that do is cheaper.
  private static final double MOST_PASS = 0.25;

  private final ScoreBatch batch = new ScoreBatch(TOGETHER * STEP);
  private Scorer[] scorers = {};
  private RowQuery[] prepared = {};
  private VectorKernel kernel = VectorKernel.chosen();
  private int count;

  /// Whether a filter lets so many rows pass that scoring all is worth it.
  static boolean worthIt(int queries, @Nullable AcceptRows accept) {
    return queries > 1 && (accept == null || accept.count() >= MOST_PASS * accept.rows());
  }

  private void room(int wanted) {
    int held = scorers.length;
    if (held >= wanted) {
      return;
    }
    scorers = Arrays.copyOf(scorers, wanted);
    prepared = Arrays.copyOf(prepared, wanted);
    for (int i = held; i < wanted; i++) {
      scorers[i] = new Scorer();
      prepared[i] = scorers[i].prepared();
    }
  }

  /// Turns to other rows and queries.
  ///
  /// @param queries holds the floats of all from `offset` on, one after the other
  /// @param size how many, at most [#TOGETHER]
  void queries(
      VectorKernel with,
      VectorRows rows,
      float @Nullable [] norms,
      Metric metric,
      float[] queries,
      int offset,
      int size) {
    room(size);
    kernel = with;
    count = size;
    for (int q = 0; q < size; q++) {
      scorers[q].rows(with, rows, metric, norms);
      scorers[q].query(queries, offset + q * rows.dimension());
    }
  }

  /// Adds the best rows for the queries to their tops, not sorted.
  ///
  /// @param baseRow number of the first row
  /// @param first place of the first query's top
  void search(int baseRow, VectorSearch search, TopK[] into, int first) {
    Rows rows = scorers[0].rows();
    for (int row = 0; row < rows.count(); row += STEP) {
      int size = Math.min(STEP, rows.count() - row);
      kernel.scoreRange(prepared, count, rows, row, size, batch);
      for (int q = 0; q < count; q++) {
        offer(scorers[q], q * size, row, size, baseRow, search, into[first + q]);
      }
    }
  }

  private void offer(
      Scorer scorer, int at, int from, int size, int baseRow, VectorSearch search, TopK into) {
    float[] scores = batch.scores();
    AcceptRows accept = search.accept();
    int end = accept == null ? size : Math.min(size, accept.rows() - baseRow - from);
    float threshold = into.threshold();
    for (int i = 0; i < end; i++) {
      float score = scorer.finished(scores[at + i], from + i);
      int row = baseRow + from + i;
      if (score >= threshold && search.inRange(score) && (accept == null || accept.accepts(row))) {
        into.offer(row, score);
        threshold = into.threshold();
      }
    }
  }
}
