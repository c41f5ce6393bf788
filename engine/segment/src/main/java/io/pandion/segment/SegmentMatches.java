package io.pandion.segment;

import io.pandion.model.Column;

/// Rows of a segment that match a query, in order of their primary keys.
@SuppressWarnings("ArrayRecordComponent") // never compared by value
public record SegmentMatches(int[] rows, Column keys) {
  public int size() {
    return rows.length;
  }
}
