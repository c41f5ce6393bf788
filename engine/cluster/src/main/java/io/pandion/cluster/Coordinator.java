package io.pandion.cluster;

import io.pandion.meta.CatalogSnapshot;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.TickRange;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The catalog, the clock and the plans. Methods block; any number of threads.
public interface Coordinator {
  /// Ticks from the cluster's clock; every range lies above all ranges handed out before.
  TickRange allocateTicks(int count);

  /// All ranges handed out from now on lie above a tick that a log already has: the clock may have
  /// been lost with the meta store.
  void raiseTicks(long known);

  /// The catalog as it is now; a cheap read.
  CatalogSnapshot catalog();

  /// Changes the catalog; returns when the change is durable and every shard concerned has it.
  ///
  /// @return tick of the change
  /// @throws io.pandion.model.PandionException NOT_FOUND, ALREADY_EXISTS, INVALID_REQUEST,
  ///   QUOTA_EXCEEDED
  long execute(CatalogCommand command);

  /// Seals and flushes everything of a collection that was written before the call; returns when
  /// the seal is durable: ask [#flushed].
  FlushTicket flush(long collectionId);

  /// Whether all rows and deletes at or below the ticket's tick are in files.
  boolean flushed(FlushTicket ticket);

  /// How much of the loaded target is in service, 0 .. 100 per partition.
  ///
  /// @throws io.pandion.model.PandionException CORRUPT_DATA when something of it cannot be loaded
  ///   because stored bytes are damaged; it is tried again meanwhile
  Map<Long, Integer> loadProgress(long collectionId);

  /// Plans a merge of the collection's small segments.
  ///
  /// @return id for [#compaction]
  long compact(long collectionId);

  CompactionStatus compaction(long compactionId);

  /// Segments with files that are live, L0 ones included.
  List<SegmentInfo> segments(long collectionId);

  /// How far each index of a collection is built.
  List<IndexProgress> indexProgress(long collectionId);

  /// A streaming node reports: files that hold rows or deletes of a shard, and how far its log is
  /// in files. One transaction, refused for an older term.
  void flushed(FlushReport report);

  /// A flush in progress.
  ///
  /// @param channelTicks per vchannel the tick up to which it must be in files
  record FlushTicket(
      long collectionId, Set<Long> segmentIds, Map<String, Long> channelTicks, long tick) {}

  /// State of a compaction.
  record CompactionStatus(
      boolean done, int executing, int completed, int failed, List<Plan> plans) {
    /// Segments merged into one.
    public record Plan(List<Long> sources, long target) {}
  }

  /// State of an index.
  record IndexProgress(
      long indexId,
      long totalRows,
      long indexedRows,
      long pendingRows,
      int failedSegments,
      String failure) {}
}
