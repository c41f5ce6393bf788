package io.pandion.index;

import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import org.jspecify.annotations.Nullable;

/// The exact scan, for FLAT indexes, for growing rows without an index and for every fallback. Any
/// number of threads; the scratch of each thread is reused, nothing else is allocated. Cost:
/// O(accepted rows x dimension) at memory speed.
public final class FlatScan {
  static final int BATCH = 64;

  private FlatScan() {}

  /// Adds the best rows of one chunk to `into`, not sorted.
  ///
  /// @param baseRow number of the chunk's first row; `search.accept` and `into` count from there
  /// @param inverseNorms of the chunk's rows ([InverseNorms]), needed for COSINE
  /// @param query holds the query's floats from `offset` on
  public static void search(
      VectorKernel kernel,
      VectorRows chunk,
      int baseRow,
      float @Nullable [] inverseNorms,
      Metric metric,
      float[] query,
      int offset,
      VectorSearch search,
      TopK into) {
    Scratch scratch = Scratch.ofThread();
    scratch.scorer.rows(kernel, chunk, metric, inverseNorms);
    scratch.scorer.query(query, offset);
    scan(scratch, chunk.rows(), baseRow, search, into);
  }

  /// Scores some rows of one chunk: the rows `rows[from]` until `rows[to]`, which count from
  /// `baseRow`, to the same places of `out`.
  ///
  /// @param query holds the query's floats from `offset` on
  public static void scores(
      VectorKernel kernel,
      VectorRows chunk,
      int baseRow,
      float @Nullable [] inverseNorms,
      Metric metric,
      float[] query,
      int offset,
      int[] rows,
      int from,
      int to,
      float[] out) {
    Scratch scratch = Scratch.ofThread();
    scratch.scorer.rows(kernel, chunk, metric, inverseNorms);
    scratch.scorer.query(query, offset);
    int[] ids = scratch.ids(to - from);
    for (int i = from; i < to; i++) {
      ids[i - from] = rows[i] - baseRow;
    }
    float[] scores = scratch.scores(to - from);
    scratch.scorer.scores(ids, to - from, scores);
    System.arraycopy(scores, 0, out, from, to - from);
  }

  /// Scans the rows that the scorer is turned to.
  static void scan(Scratch scratch, int rows, int baseRow, VectorSearch search, TopK into) {
    AcceptRows accept = search.accept();
    int[] ids = scratch.ids(BATCH);
    int count = 0;
    if (accept == null) {
      for (int row = 0; row < rows; row += BATCH) {
        all(scratch, row, Math.min(BATCH, rows - row), baseRow, search, into);
      }
    } else {
      int end = Math.min(baseRow + rows, accept.rows());
      long[] words = accept.words();
      for (int row = baseRow; row < end; row++) {
        long word = words[row >>> 6] >>> row;
        if (word == 0) {
          row |= 63;
          continue;
        }
        row += Long.numberOfTrailingZeros(word);
        if (row >= end) {
          break;
        }
        ids[count++] = row - baseRow;
        if (count == BATCH) {
          offer(scratch, count, baseRow, search, into);
          count = 0;
        }
      }
    }
    offer(scratch, count, baseRow, search, into);
  }

  private static void all(
      Scratch scratch, int from, int count, int baseRow, VectorSearch search, TopK into) {
    float[] scores = scratch.scores(count);
    scratch.scorer.range(from, count, scores);
    for (int i = 0; i < count; i++) {
      if (scores[i] >= into.threshold() && search.inRange(scores[i])) {
        into.offer(baseRow + from + i, scores[i]);
      }
    }
  }

  static void offer(Scratch scratch, int count, int baseRow, VectorSearch search, TopK into) {
    float[] scores = scratch.scores(count);
    int[] ids = scratch.ids(count);
    scratch.scorer.scores(ids, count, scores);
    for (int i = 0; i < count; i++) {
      if (scores[i] >= into.threshold() && search.inRange(scores[i])) {
        into.offer(baseRow + ids[i], scores[i]);
      }
    }
  }
}
