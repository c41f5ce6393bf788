package io.pandion.segment;

import io.pandion.model.AnswerSize;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Gives the values of one field for given rows of a segment one after the other, and reads some
/// rows at a time: what is in memory ahead of the answer is small. One thread.
final class RowFeed {
  private static final int ROWS_AT_ONCE = 128;

  private final Segment segment;
  private final long field;
  private final int[] rows;
  private final AnswerSize size;
  private @Nullable Column part;
  private int from;
  private int next;

  /// @param size counts what is read
  RowFeed(Segment segment, long field, int[] rows, AnswerSize size) {
    this.segment = segment;
    this.field = field;
    this.rows = rows;
    this.size = size;
  }

  /// Adds the next row's value.
  ///
  /// @throws io.pandion.model.PandionException INVALID_REQUEST when the answer becomes too large
  void next(ColumnBuilder into) {
    Column held = part;
    if (held == null || next - from == held.size()) {
      from = next;
      int[] some = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + ROWS_AT_ONCE));
      held = segment.fetch(field, some, some.length);
      size.add(held.bytes());
      part = held;
    }
    into.addFrom(held, next++ - from);
  }
}
