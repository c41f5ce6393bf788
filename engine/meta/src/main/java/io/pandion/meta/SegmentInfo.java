package io.pandion.meta;

import java.util.List;
import java.util.Map;

/// A segment that has files. Growing segments live only in their streaming node until they are
/// flushed.
///
/// @param level L1 = rows of a flush, L2 = rows of a compaction, L0 = deletes only
/// @param manifestVersion version of the manifest in the bucket that is true now
/// @param rows rows in the insert binlogs (deleted ones included), or deletes of an L0 segment
/// @param firstLsn of the WAL messages it holds
/// @param lastLsn every delete of its rows with an lsn at or below it is in its own files; of an L0
///   segment: of the last delete that it and the L0 segments before it hold
/// @param firstTick, lastTick of its rows or deletes
/// @param indexes ids of the indexes that are built on it
/// @param compactedFrom segments that this one replaced
/// @param dropTick when it was dropped, 0 = live
public record SegmentInfo(
    long id,
    long collectionId,
    long partitionId,
    String vchannel,
    State state,
    Level level,
    long manifestVersion,
    long rows,
    long bytes,
    long firstLsn,
    long lastLsn,
    long firstTick,
    long lastTick,
    Map<Long, Long> indexes,
    List<Long> compactedFrom,
    long dropTick) {
  /// Life of a segment with files.
  public enum State {
    FLUSHED,
    DROPPED
  }

  /// What kind of files it has.
  public enum Level {
    L0,
    L1,
    L2
  }

  public SegmentInfo {
    indexes = Map.copyOf(indexes);
    compactedFrom = List.copyOf(compactedFrom);
  }

  public boolean live() {
    return state == State.FLUSHED;
  }
}
