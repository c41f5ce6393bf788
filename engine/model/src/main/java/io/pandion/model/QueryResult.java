package io.pandion.model;

import java.util.Map;

/// Rows of a query, of one shard or merged, in order of the primary key, each key once.
///
/// @param count number of rows that match (`count(*)`), or the number of rows returned
/// @param keys primary keys; empty for `count(*)`
/// @param fields output fields by id
/// @param readAt tick that the answer is true at
/// @param ticks of the rows, so that a merge keeps the newest row of a key; empty = not known
@SuppressWarnings("ArrayRecordComponent") // never compared by value
public record QueryResult(
    long count, Column keys, Map<Long, Column> fields, long readAt, long[] ticks) {
  /// Without ticks.
  public QueryResult(long count, Column keys, Map<Long, Column> fields, long readAt) {
    this(count, keys, fields, readAt, new long[0]);
  }
}
