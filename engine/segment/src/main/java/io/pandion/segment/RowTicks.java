package io.pandion.segment;

import io.pandion.index.AcceptRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// When each row of a segment came and went, and which rows have a later one of the same key: of
/// several visible rows of a key only the newest is shown. Written by one thread, read by any: a
/// read at a tick begins only after everything at or below that tick was written.
///
/// The rows visible to a read that sees all writes are kept until the next write, so that such a
/// read neither scans nor allocates.
final class RowTicks {
  /// What a read at `upTo` or later sees while nothing is written.
  private record Latest(long writes, int rows, long upTo, @Nullable AcceptRows accepted) {}

  private long[][] born = {};
  private long[][] gone = {};
  private volatile long newest;
  private volatile long oldestDelete = Long.MAX_VALUE;
  private volatile long newestDelete;
  private volatile int deleted;
  private volatile long writes;
  private int[] twins = {};
  private volatile int twinCount;
  private volatile @Nullable Latest latest;

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
    wrote();
  }

  /// Two rows of one key, with no row of it between them; `newer` does not come before `older`.
  void twin(int older, int newer) {
    int at = 2 * twinCount; // one thread writes
    if (at == twins.length) {
      twins = Arrays.copyOf(twins, Math.max(16, 2 * at));
    }
    twins[at] = older;
    twins[at + 1] = newer;
    twinCount = at / 2 + 1;
    wrote();
  }

  private void wrote() {
    long next = writes + 1;
    writes = next;
  }

  /// Rows that were deleted at any tick.
  int deleted() {
    return deleted;
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
    newestDelete = Math.max(newestDelete, tick);
    int more = deleted + (before == 0 ? 1 : 0);
    deleted = more;
    wrote();
  }

  /// The rows below `rows` that are visible at a tick, or null when all of them are. Not to be
  /// written to.
  @Nullable AcceptRows visible(int rows, long readAt) {
    long version = writes;
    boolean noneLater = newest <= readAt;
    boolean noneGone = oldestDelete > readAt;
    if (noneLater && noneGone && twinCount == 0) {
      return null;
    }
    long upTo = Math.max(newest, newestDelete);
    Latest kept = latest;
    if (kept != null && kept.writes == version && kept.rows == rows && kept.upTo <= readAt) {
      return kept.accepted;
    }
    long[] words = RowReads.all(rows);
    for (int row = 0; row < rows; row++) {
      long end = noneGone ? 0 : deleteTick(row);
      if (tick(row) > readAt || (end != 0 && end <= readAt)) {
        words[row >>> 6] &= ~(1L << row);
      }
    }
    hideOlderTwins(words, rows);
    AcceptRows accepted = new AcceptRows(words, rows);
    if (upTo <= readAt) {
      latest = new Latest(version, rows, upTo, accepted);
    }
    return accepted;
  }

  /// Pairs of a key come in order of time, so that each is judged before its newer row is hidden. A
  /// newer row that is gone took the older ones with it: the next one tells enough.
  private void hideOlderTwins(long[] words, int rows) {
    int count = twinCount;
    int[] pairs = twins;
    for (int i = 0; i < count; i++) {
      int older = pairs[2 * i];
      int newer = pairs[2 * i + 1];
      if (newer < rows && (words[newer >>> 6] & (1L << newer)) != 0) {
        words[older >>> 6] &= ~(1L << older);
      }
    }
  }
}
