package io.pandion.index.sparse;

import java.util.Arrays;

/// What one thread needs to search, kept from search to search.
final class SparseScratch {
  private static final ThreadLocal<SparseScratch> OF_THREAD =
      ThreadLocal.withInitial(SparseScratch::new);

  final double[] sums = new double[WindowWalk.WINDOW];
  final long[] marks = new long[WindowWalk.WINDOW / 64];
  PostingCursor[] cursors = {};
  double[] bounds = {};
  double[] prefix = {};
  private int[] sizes = {};

  static SparseScratch ofThread() {
    return OF_THREAD.get();
  }

  /// Opens cursors on the terms of a query; returns how many.
  int open(PostingLists lists, SparseVector query, double dropRatio) {
    int size = query.size();
    if (cursors.length < size) {
      int held = cursors.length;
      cursors = Arrays.copyOf(cursors, size);
      for (int i = held; i < size; i++) {
        cursors[i] = new PostingCursor(lists);
      }
      bounds = new double[size];
      prefix = new double[size + 1];
    }
    float least = least(query, dropRatio);
    int open = 0;
    for (int i = 0; i < size; i++) {
      float weight = query.value(i);
      if (weight != 0 && Math.abs(weight) >= least) {
        int term = lists.term(query.dimension(i));
        if (term >= 0) {
          cursors[open++].open(lists, term, weight);
        }
      }
    }
    return open;
  }

  /// The magnitude of the smallest value that is kept when a share of the smallest is dropped.
  private float least(SparseVector query, double ratio) {
    int dropped = (int) (ratio * query.size());
    if (dropped == 0) {
      return 0;
    }
    if (sizes.length < query.size()) {
      sizes = new int[query.size()];
    }
    for (int i = 0; i < query.size(); i++) {
      sizes[i] = Float.floatToIntBits(Math.abs(query.value(i)));
    }
    Arrays.sort(sizes, 0, query.size());
    return Float.intBitsToFloat(sizes[dropped]);
  }
}
