package io.pandion.index;

import io.pandion.index.kernel.RowQuery;
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

  /// Whether a filter lets so many rows pass that scoring all is worth it.
  static boolean worthIt(int queries, int rows, @Nullable AcceptRows accept) {
    return queries > 1 && (accept == null || accept.count() >= MOST_PASS * rows);
  }

  private void room(int count) {
    int held = scorers.length;
    if (held >= count) {
      return;
    }
    scorers = Arrays.copyOf(scorers, count);
    prepared = Arrays.copyOf(prepared, count);
    for (int i = held; i < count; i++) {
      scorers[i] = new Scorer();
      prepared[i] = scorers[i].prepared();
    }
  }

  /// Adds the best rows for some queries, at most [#TOGETHER], to their tops, not sorted.
  ///
  /// @param from number of the first query
  void search(
      VectorRows rows,
      float @Nullable [] norms,
      Metric metric,
      float[][] queries,
      int from,
      int count,
      VectorSearch search,
      TopK[] into) {
    room(count);
    VectorKernel kernel = VectorKernel.chosen();
    for (int q = 0; q < count; q++) {
      scorers[q].rows(kernel, rows, metric, norms);
      scorers[q].query(queries[from + q], 0);
    }
    for (int row = 0; row < rows.rows(); row += STEP) {
      int size = Math.min(STEP, rows.rows() - row);
      kernel.scoreRange(prepared, count, scorers[0].rows(), row, size, batch);
      for (int q = 0; q < count; q++) {
        offer(scorers[q], q * size, row, size, search, into[from + q]);
      }
    }
  }

  private void offer(Scorer scorer, int at, int first, int size, VectorSearch search, TopK into) {
    float[] scores = batch.scores();
    AcceptRows accept = search.accept();
    float threshold = into.threshold();
    for (int i = 0; i < size; i++) {
      float score = scorer.finished(scores[at + i], first + i);
      if (score >= threshold
          && search.inRange(score)
          && (accept == null || (first + i < accept.rows() && accept.accepts(first + i)))) {
        into.offer(first + i, score);
        threshold = into.threshold();
      }
    }
  }
}
