package io.pandion.index.sparse;

import io.pandion.index.AcceptRows;
import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;

/// Searches row by row: block-max WAND.
///
/// The cursors are kept sorted by row. The first whose bounds, added up, can beat the threshold is
/// the pivot: no row before its row can be among the best. Where the bounds of the blocks there are
/// too small, all leap behind the first of those blocks that ends.
///
/// Broder and others, Efficient Query Evaluation using a Two-Level Retrieval Process (2003); Ding
/// and Suel, Faster Top-k Document Retrieval Using Block-Max Indexes (2011).
final class WandWalk {
  private final PostingCursor[] cursors;
  private final int count;

  WandWalk(SparseScratch scratch, int count) {
    this.cursors = scratch.cursors;
    this.count = count;
  }

  void search(VectorSearch search, TopK into) {
    while (true) {
      sort();
      double threshold = WindowWalk.threshold(search, into);
      int pivot = pivot(threshold);
      if (pivot < 0) {
        return;
      }
      int row = cursors[pivot].row();
      if (row == PostingCursor.END) {
        return;
      }
      int end = pivot + 1;
      while (end < count && cursors[end].row() == row) {
        end++;
      }
      if (leap(row, end, threshold)) {
        continue;
      }
      if (cursors[0].row() == row) {
        score(row, end, search, into);
      } else {
        for (int i = 0; i < end && cursors[i].row() < row; i++) {
          cursors[i].seek(row);
        }
      }
    }
  }

  private void sort() {
    for (int i = 1; i < count; i++) {
      PostingCursor cursor = cursors[i];
      int j = i;
      for (; j > 0 && cursors[j - 1].row() > cursor.row(); j--) {
        cursors[j] = cursors[j - 1];
      }
      cursors[j] = cursor;
    }
  }

  private int pivot(double threshold) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += cursors[i].bound();
      if (sum > threshold) {
        return i;
      }
    }
    return -1;
  }

  /// Leaps over rows that the blocks rule out; false when there are none.
  private boolean leap(int row, int end, double threshold) {
    double sum = 0;
    int last = end < count ? cursors[end].row() - 1 : PostingCursor.END - 1;
    for (int i = 0; i < end; i++) {
      sum += cursors[i].blockBound(row);
      last = Math.min(last, cursors[i].blockLast());
    }
    if (sum > threshold) {
      return false;
    }
    for (int i = 0; i < end; i++) {
      cursors[i].seek(Math.max(last, row) + 1);
    }
    return true;
  }

  private void score(int row, int end, VectorSearch search, TopK into) {
    AcceptRows accept = search.accept();
    boolean accepted = accept == null || accept.accepts(row);
    double sum = 0;
    for (int i = 0; i < end; i++) {
      if (accepted) {
        sum += cursors[i].product();
      }
      cursors[i].next();
    }
    float score = (float) sum;
    if (accepted && score >= into.threshold() && search.inRange(score)) {
      into.offer(row, score);
    }
  }
}
