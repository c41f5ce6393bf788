package io.pandion.cluster;

import io.pandion.meta.CatalogSnapshot;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.TickRange;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

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

  /// A streaming node moves a pchannel to another log: nothing was written there yet, and nothing
  /// is written to the log before any more. Durable when it returns, also without the meta store;
  /// refused for an older term. After a failure the node must not write to either log.
  ///
  /// @param log with the lsn of its first message
  /// @return false when the move is not wanted any more: nothing is recorded
  boolean logMoved(String pchannel, long term, LogEra log);

  /// A streaming node has closed those of a pchannel's logs whose messages are all below an lsn,
  /// and nothing below it is needed any more: they are removed. Refused for an older term.
  void logReleased(String pchannel, long term, long lsn);

  /// Moves every pchannel to another kind of log while it serves, and removes what is left behind
  /// when it is not needed any more. Once begun, it is carried on after failures and restarts.
  ///
  /// @param type as in the setting `wal.type`
  /// @param progress is told what happens, in words
  /// @throws io.pandion.model.PandionException INVALID_REQUEST when there is no such log or its
  ///   settings are wrong, UNAVAILABLE_RETRY when it does not answer: the message says whether
  ///   anything has moved
  void switchLog(String type, Consumer<String> progress);

  /// Where the messages of every pchannel lie.
  List<ChannelLog> logs();

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
