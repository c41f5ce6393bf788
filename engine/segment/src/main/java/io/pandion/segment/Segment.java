package io.pandion.segment;

import io.pandion.model.Column;
import io.pandion.model.QueryPlan;
import io.pandion.model.SearchPlan;
import io.pandion.storage.DeltaBatch;

/// Rows that can be searched. Reads by any number of threads, at any retained tick; writes (rows,
/// deletes) by one thread at a time.
///
/// A row is visible at `readAt` when its tick is at or below it and no delete of its key with a
/// tick above the row's own and at or below `readAt` was applied.
public sealed interface Segment extends AutoCloseable permits GrowingSegment, SealedSegment {
  long id();

  long partitionId();

  /// Rows in it, deleted ones included.
  int rows();

  /// Applies deletes to the rows that they concern; idempotent.
  void delete(DeltaBatch deletes);

  /// Best rows per query. `plan.k()` rows each at most; scores are internal (larger is nearer).
  default SegmentHits search(SearchPlan plan, long readAt) {
    SegmentSearch search = begin(plan, readAt);
    int _ = search.run(0, plan.queries().count());
    return search.hits();
  }

  /// The same search, to be done in parts.
  SegmentSearch begin(SearchPlan plan, long readAt);

  /// Rows that match, in order of the primary key, `plan.limit()` at most (all for -1).
  SegmentMatches query(QueryPlan plan, long readAt);

  /// Number of visible rows that match (`count(*)`).
  long count(QueryPlan plan, long readAt);

  /// Values of a field for given rows; a field that the rows lack is null or its default.
  Column fetch(long fieldId, int[] rows, int count);

  /// Tick of a row.
  long tick(int row);

  @Override
  void close();
}
