package io.pandion.index.sparse;

import io.pandion.index.AcceptRows;
import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;

/// Searches windows of 4096 rows, one after the other: MaxScore with the bounds of blocks.
///
/// In a window the terms are sorted by what they can add. The smallest, as many as cannot lift a
/// row over the threshold by themselves, are only looked up for rows that others have found; when
/// all terms together cannot, the window is left out. Without pruning it reads all postings.
///
/// Turtle and Flood, Query Evaluation: Strategies and Optimizations (1995), for MaxScore; Ding and
/// Suel, Faster Top-k Document Retrieval Using Block-Max Indexes (2011), for bounds of blocks.
final class WindowWalk {
  static final int WINDOW = 4096;

  private final SparseScratch scratch;
  private final PostingCursor[] cursors;
  private final double[] bounds;
  private final double[] prefix;
  private final int count;
  private final boolean pruned;

  WindowWalk(SparseScratch scratch, int count, boolean pruned) {
    this.scratch = scratch;
    this.cursors = scratch.cursors;
    this.bounds = scratch.bounds;
    this.prefix = scratch.prefix;
    this.count = count;
    this.pruned = pruned;
  }

  void search(VectorSearch search, TopK into) {
    int row = first();
    while (row != PostingCursor.END) {
      int from = row & -WINDOW;
      int to = (int) Math.min((long) from + WINDOW, PostingCursor.END);
      window(from, to, search, into);
      for (int i = 0; i < count; i++) {
        cursors[i].seek(to);
      }
      row = first();
    }
  }

  private int first() {
    int row = PostingCursor.END;
    for (int i = 0; i < count; i++) {
      row = Math.min(row, cursors[i].row());
    }
    return row;
  }

  private void window(int from, int to, VectorSearch search, TopK into) {
    double threshold = threshold(search, into);
    int rare = 0;
    if (pruned && threshold > 0) {
      sort(from, to);
      while (rare < count && prefix[rare + 1] <= threshold) {
        rare++;
      }
    }
    for (int i = rare; i < count; i++) {
      cursors[i].gather(from, to, scratch.sums, scratch.marks);
    }
    offer(from, rare, search, into);
  }

  /// Sorts the cursors by what they can add in a window.
  private void sort(int from, int to) {
    for (int i = 0; i < count; i++) {
      PostingCursor cursor = cursors[i];
      double bound = cursor.row() < to ? cursor.windowBound(from, to) : 0;
      int j = i;
      for (; j > 0 && bounds[j - 1] > bound; j--) {
        cursors[j] = cursors[j - 1];
        bounds[j] = bounds[j - 1];
      }
      cursors[j] = cursor;
      bounds[j] = bound;
    }
    for (int i = 0; i < count; i++) {
      prefix[i + 1] = prefix[i] + bounds[i];
    }
  }

  private void offer(int from, int rare, VectorSearch search, TopK into) {
    AcceptRows accept = search.accept();
    double[] sums = scratch.sums;
    for (int word = 0; word < scratch.marks.length; word++) {
      long marks = scratch.marks[word];
      scratch.marks[word] = 0;
      while (marks != 0) {
        int slot = (word << 6) + Long.numberOfTrailingZeros(marks);
        marks &= marks - 1;
        double sum = sums[slot];
        sums[slot] = 0;
        if (accept == null || accept.accepts(from + slot)) {
          finish(from + slot, sum, rare, search, into);
        }
      }
    }
  }

  private void finish(int row, double found, int rare, VectorSearch search, TopK into) {
    double threshold = threshold(search, into);
    double sum = found;
    for (int i = rare - 1; i >= 0; i--) {
      if (sum + prefix[i + 1] <= threshold) {
        return;
      }
      cursors[i].seek(row);
      if (cursors[i].row() == row) {
        sum += cursors[i].product();
      }
    }
    float score = (float) sum;
    if (score >= into.threshold() && search.inRange(score)) {
      into.offer(row, score);
    }
  }

  /// What a score must beat.
  static double threshold(VectorSearch search, TopK into) {
    float radius = search.radius();
    return Float.isNaN(radius) ? into.threshold() : Math.max(radius, into.threshold());
  }
}
