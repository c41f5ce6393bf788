package io.pandion.segment;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// When each row of a segment came and went. Written by one thread, read by any: a read at a tick
/// begins only after everything at or below that tick was written.
final class RowTicks {
  private long[][] born = {};
  private long[][] gone = {};
  private volatile long newest;
  private volatile long oldestDelete = Long.MAX_VALUE;

  /// Rows `at .. at + count - 1` came at `tick`.
  void add(int at, int count, long tick) {
    for (int row = at; row < at + count; row++) {
      int index = row >>> GrowingColumn.CHUNK_BITS;
      if (index == born.length) {
        long[][] more = Arrays.copyOf(born, index + 1);
        more[index] = new long[GrowingColumn.CHUNK];
        born = more;
      }
      born[index][row & (GrowingColumn.CHUNK - 1)] = tick;
    }
    newest = Math.max(newest, tick);
  }

  long tick(int row) {
    return born[row >>> GrowingColumn.CHUNK_BITS][row & (GrowingColumn.CHUNK - 1)];
  }

  /// The tick that deleted the row, or 0.
  long deleteTick(int row) {
    int index = row >>> GrowingColumn.CHUNK_BITS;
    long[][] chunks = gone;
    long @Nullable [] chunk = index < chunks.length ? chunks[index] : null;
    return chunk == null ? 0 : chunk[row & (GrowingColumn.CHUNK - 1)];
  }

  /// Deletes a row that is older than `tick`; the earliest delete counts.
  void delete(int row, long tick) {
    long before = deleteTick(row);
    if (tick <= tick(row) || (before != 0 && before <= tick)) {
      return;
    }
    int index = row >>> GrowingColumn.CHUNK_BITS;
    long[][] chunks = gone;
    if (index >= chunks.length) {
      chunks = Arrays.copyOf(chunks, index + 1);
    }
    if (chunks[index] == null) {
      chunks[index] = new long[GrowingColumn.CHUNK];
    }
    chunks[index][row & (GrowingColumn.CHUNK - 1)] = tick;
    gone = chunks;
    oldestDelete = Math.min(oldestDelete, tick);
  }

  /// The rows below `rows` that are visible at a tick, or null when all of them are.
  long @Nullable [] visible(int rows, long readAt) {
    boolean noneLater = newest <= readAt;
    boolean noneGone = oldestDelete > readAt;
    if (noneLater && noneGone) {
      return null;
    }
    long[] words = RowReads.all(rows);
    for (int row = 0; row < rows; row++) {
      long end = noneGone ? 0 : deleteTick(row);
      if (tick(row) > readAt || (end != 0 && end <= readAt)) {
        words[row >>> 6] &= ~(1L << row);
      }
    }
    return words;
  }
}
