package io.pandion.model;

import java.util.Map;

/// Hits of a search, of one shard or merged: for query `q` the hits `from[q] .. from[q + 1]`, best
/// first, each primary key once.
///
/// @param from *queries + 1* positions
/// @param scores internal (larger is nearer), one a hit
/// @param keys primary keys, one a hit
/// @param fields output fields by id, one value a hit
/// @param readAt tick that the answer is true at
/// @param ticks of the rows, one a hit, so that a merge keeps the newest row of a key; empty = not
///   known
@SuppressWarnings("ArrayRecordComponent") // never compared by value
public record SearchResult(
    int[] from, float[] scores, Column keys, Map<Long, Column> fields, long readAt, long[] ticks) {
  /// Without ticks.
  public SearchResult(
      int[] from, float[] scores, Column keys, Map<Long, Column> fields, long readAt) {
    this(from, scores, keys, fields, readAt, new long[0]);
  }

  public int queries() {
    return from.length - 1;
  }
}
