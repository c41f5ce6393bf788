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
@SuppressWarnings("ArrayRecordComponent") // never compared by value
public record SearchResult(
    int[] from, float[] scores, Column keys, Map<Long, Column> fields, long readAt) {
  public int queries() {
    return from.length - 1;
  }
}
