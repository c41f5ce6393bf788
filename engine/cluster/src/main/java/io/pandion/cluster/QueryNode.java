package io.pandion.cluster;

import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import java.util.Collection;
import java.util.List;

/// Sealed segments in memory-mapped files. Methods block; any number of threads.
public interface QueryNode {
  /// Its name, unique in the cluster.
  String name();

  /// Loads a segment, or brings a loaded one to a newer manifest and newer deltalogs. Idempotent.
  ///
  /// @param deltas L0 segments of the shard, which hold deletes for it
  /// @throws io.pandion.model.PandionException CORRUPT_DATA when a file fails its check
  void load(
      SegmentInfo segment,
      CollectionSchema schema,
      List<IndexInfo> indexes,
      List<SegmentInfo> deltas);

  /// Forgets segments; running searches finish first.
  void release(Collection<Long> segmentIds);

  /// Applies deletes to loaded segments.
  void delete(Collection<Long> segmentIds, io.pandion.model.Column keys, long tick);

  /// Searches loaded segments: hits are merged, each key once.
  SearchResult search(Collection<Long> segmentIds, SearchPlan plan, long readAt);

  QueryResult query(Collection<Long> segmentIds, QueryPlan plan, long readAt);

  /// What is loaded.
  List<LoadedSegment> loaded();

  /// A loaded segment.
  record LoadedSegment(
      long segmentId,
      long collectionId,
      long partitionId,
      long manifestVersion,
      long rows,
      long deletedRows,
      long bytes,
      List<Long> indexIds) {}
}
