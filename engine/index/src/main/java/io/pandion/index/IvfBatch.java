package io.pandion.index;

import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Scans inverted lists for several queries, each list once. One thread; reusable; allocates only
/// for more queries or lists than any time before.
final class IvfBatch {
  /// Queries that a row is read for at a time.
  private static final int TOGETHER = 16;

  /// Rows that are scored at a time.
  private static final int STEP = 256;

  /// Queries that share a scan, at most, and lists that all of them together have scores of.
  private static final int MOST = 256;

  private static final int MOST_SCORES = 1 << 19;

  private final ScoreBatch batch = new ScoreBatch(TOGETHER * STEP);
  private final RowQuery[] together = new RowQuery[TOGETHER];

  /// The list of each query's each probe; the same in order of the lists, where each list starts,
  /// and where its next is put.
  private int[] probed = {};

  private int[] pairs = {};
  private int[] starts = {};
  private int[] next = {};

  /// How many queries share a scan of some lists.
  static int most(int lists) {
    return Math.clamp(MOST_SCORES / Math.max(1, lists), 1, MOST);
  }

  /// Scores all centres for all queries.
  void centres(IvfLists lists, IvfScratch.Query[] all, int count) {
    int centres = lists.count();
    float[] scores = batch.scores();
    for (int first = 0; first < count; first += TOGETHER) {
      int queries = Math.min(TOGETHER, count - first);
      for (int q = 0; q < queries; q++) {
        together[q] = all[first + q].coarse;
        all[first + q].room(centres);
      }
      for (int from = 0; from < centres; from += STEP) {
        int size = Math.min(STEP, centres - from);
        VectorKernel.chosen().scoreRange(together, queries, lists.centres, from, size, batch);
        for (int q = 0; q < queries; q++) {
          System.arraycopy(scores, q * size, all[first + q].centreScores, from, size);
        }
      }
    }
  }

  /// Scans the first lists of each query's order into its reservoir: the nearest two of every query
  /// first, which gives good thresholds, then all others.
  void scan(
      IvfIndex index,
      IvfLists lists,
      IvfScratch own,
      IvfScratch.Query[] all,
      int count,
      int probes,
      @Nullable AcceptRows accept) {
    int nearest = Math.min(2, probes);
    scan(index, lists, own, all, count, 0, nearest, accept);
    scan(index, lists, own, all, count, nearest, probes, accept);
  }

  private void scan(
      IvfIndex index,
      IvfLists lists,
      IvfScratch own,
      IvfScratch.Query[] all,
      int count,
      int from,
      int to,
      @Nullable AcceptRows accept) {
    int width = to - from;
    group(all, count, from, width, lists.count());
    for (int list = 0; list < lists.count(); list++) {
      if (lists.rows != null) {
        rows(index, lists, lists.rows, all, width, list, accept);
        continue;
      }
      for (int i = starts[list]; i < starts[list + 1]; i++) {
        index.list(own, all[pairs[i] / width], list, accept);
      }
    }
  }

  /// Puts the pairs of query and probe in order of their lists.
  private void group(IvfScratch.Query[] all, int count, int from, int width, int lists) {
    int size = count * width;
    if (probed.length < size) {
      probed = new int[size];
      pairs = new int[size];
    }
    if (starts.length < lists + 1) {
      starts = new int[lists + 1];
      next = new int[lists + 1];
    }
    Arrays.fill(starts, 0, lists + 1, 0);
    for (int i = 0; i < size; i++) {
      probed[i] = all[i / width].order.list(from + i % width);
      starts[probed[i] + 1]++;
    }
    for (int list = 0; list < lists; list++) {
      starts[list + 1] += starts[list];
    }
    System.arraycopy(starts, 0, next, 0, lists);
    for (int i = 0; i < size; i++) {
      pairs[next[probed[i]]++] = i;
    }
  }

  /// Scans a list of rows for the queries that probe it, each row read once for several of them.
  private void rows(
      IvfIndex index,
      IvfLists lists,
      Rows rows,
      IvfScratch.Query[] all,
      int width,
      int list,
      @Nullable AcceptRows accept) {
    float[] scores = batch.scores();
    for (int pair = starts[list]; pair < starts[list + 1]; pair += TOGETHER) {
      int count = Math.min(TOGETHER, starts[list + 1] - pair);
      for (int q = 0; q < count; q++) {
        together[q] = all[pairs[pair + q] / width].fine;
      }
      for (int from = lists.start(list); from < lists.start(list + 1); from += STEP) {
        int size = Math.min(STEP, lists.start(list + 1) - from);
        VectorKernel.chosen().scoreRange(together, count, rows, from, size, batch);
        for (int q = 0; q < count; q++) {
          IvfScratch.Query query = all[pairs[pair + q] / width];
          for (int i = 0; i < size; i++) {
            if (scores[q * size + i] > query.reservoir.threshold()) {
              index.keep(query, from + i, scores[q * size + i], accept);
            }
          }
        }
      }
    }
  }
}
