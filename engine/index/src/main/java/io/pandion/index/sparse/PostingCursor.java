package io.pandion.index.sparse;

import static io.pandion.index.SectionFile.INT;
import static io.pandion.index.sparse.PostingLists.FLOAT;

import java.lang.foreign.MemorySegment;

/// Walks the postings of one term by ascending row. One thread; reusable.
final class PostingCursor {
  static final int END = Integer.MAX_VALUE;

  private PostingLists lists;
  private MemorySegment rows;
  private MemorySegment values;
  private float weight;
  private double bound;
  private long first;
  private long end;
  private long firstBlock;
  private long endBlock;
  private long at;
  private long block;
  private int row;

  PostingCursor(PostingLists lists) {
    this.lists = lists;
    this.rows = lists.postingRows;
    this.values = lists.postingValues;
  }

  /// Turns to the first posting of a term.
  void open(PostingLists of, int term, float queryWeight) {
    lists = of;
    rows = of.postingRows;
    values = of.postingValues;
    weight = queryWeight;
    bound = of.bound(term, queryWeight);
    first = of.start(term);
    end = of.start(term + 1);
    firstBlock = of.blockStart(term);
    endBlock = of.blockStart(term + 1);
    at = first;
    block = firstBlock;
    row = at < end ? rows.get(INT, 4 * at) : END;
  }

  /// The row it stands on, or END.
  int row() {
    return row;
  }

  /// What the term adds to the score of the row.
  double product() {
    return (double) weight * values.get(FLOAT, 4 * at);
  }

  /// What the term adds to a score at most.
  double bound() {
    return bound;
  }

  void next() {
    at++;
    row = at < end ? rows.get(INT, 4 * at) : END;
  }

  /// Moves on to the first posting at or behind a row.
  void seek(int target) {
    if (row >= target) {
      return;
    }
    shallow(target);
    if (block >= endBlock) {
      at = end;
      row = END;
      return;
    }
    at = Math.max(at, first + (block - firstBlock) * PostingLists.BLOCK);
    row = rows.get(INT, 4 * at);
    while (row < target) {
      row = rows.get(INT, 4 * ++at);
    }
  }

  /// Moves to the block that holds the first posting at or behind a row, reading no posting.
  private void shallow(int target) {
    long step = 1;
    long low = block;
    while (low + step < endBlock && lists.blockLast.get(INT, 4 * (low + step)) < target) {
      low += step;
      step <<= 1;
    }
    long high = Math.min(low + step, endBlock);
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (lists.blockLast.get(INT, 4 * middle) < target) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    block = low;
  }

  /// What the term adds at most to the score of the first posting at or behind a row, which must
  /// not lie before the row of the last call.
  double blockBound(int target) {
    shallow(target);
    return block < endBlock ? lists.blockBound(block, weight) : 0;
  }

  /// The last row for which the last [#blockBound] holds.
  int blockLast() {
    return block < endBlock ? lists.blockLast.get(INT, 4 * block) : END - 1;
  }

  /// What the term adds at most to the scores of the rows `from` to `to` (not included).
  double windowBound(int from, int to) {
    shallow(from);
    double most = 0;
    for (long i = block; i < endBlock; i++) {
      most = Math.max(most, lists.blockBound(i, weight));
      if (lists.blockLast.get(INT, 4 * i) >= to - 1) {
        break;
      }
    }
    return most;
  }

  /// Adds the products of all rows before `to` to `sums` and marks them; rows count from `from`.
  void gather(int from, int to, double[] sums, long[] marks) {
    seek(from);
    long i = at;
    int next = row;
    while (next < to) {
      int slot = next - from;
      sums[slot] += (double) weight * values.get(FLOAT, 4 * i);
      marks[slot >> 6] |= 1L << slot;
      next = ++i < end ? rows.get(INT, 4 * i) : END;
    }
    at = i;
    row = next;
  }
}
