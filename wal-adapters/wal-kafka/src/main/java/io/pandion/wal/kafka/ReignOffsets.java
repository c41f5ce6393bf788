package io.pandion.wal.kafka;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Where the messages of one reign lie: runs of messages with consecutive offsets, which are long
/// unless others write in between. Guarded by its owner.
final class ReignOffsets {
  /// @param anchored whether its first message proves what lies before it
  private record Run(long offset, boolean anchored) {}

  private final TreeMap<Long, Run> runs = new TreeMap<>();
  private long lastLsn;
  private long lastOffset = -1;
  private boolean lastAnchored;

  /// The first record of a message; they come in order. Offsets of further parts are skipped.
  void add(long lsn, long offset, boolean anchored) {
    if (lsn != lastLsn + 1 || offset != lastOffset + 1 || anchored != lastAnchored) {
      runs.put(lsn, new Run(offset, anchored));
    }
    lastLsn = lsn;
    lastOffset = offset;
    lastAnchored = anchored;
  }

  /// Offset of a message of this reign, or -1.
  long offset(long lsn) {
    Map.Entry<Long, Run> run = runs.floorEntry(lsn);
    return run == null || lsn > lastLsn ? -1 : run.getValue().offset + (lsn - run.getKey());
  }

  /// Offset of the last message at or below `lsn` that a later owner can start at, or -1.
  long anchoredAtOrBelow(long lsn) {
    long at = Math.min(lsn, lastLsn);
    Map.Entry<Long, Run> run = runs.floorEntry(at);
    while (run != null && !run.getValue().anchored) {
      at = run.getKey() - 1;
      run = runs.lowerEntry(run.getKey());
    }
    return run == null ? -1 : run.getValue().offset + (at - run.getKey());
  }

  /// Forgets what lies below an offset.
  void forgetBefore(long offset) {
    Map.@Nullable Entry<Long, Run> first = runs.firstEntry();
    Map.@Nullable Entry<Long, Run> second = first == null ? null : runs.higherEntry(first.getKey());
    while (second != null && second.getValue().offset <= offset) {
      runs.pollFirstEntry();
      second = runs.higherEntry(second.getKey());
    }
  }
}
