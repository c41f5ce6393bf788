package io.pandion.coordinator;

import io.pandion.meta.SegmentInfo;
import java.util.Map;

/// Next states of a segment. Pure.
final class SegmentStates {
  private SegmentStates() {}

  static SegmentInfo dropped(SegmentInfo s, long tick) {
    return copy(s, SegmentInfo.State.DROPPED, s.manifestVersion(), s.indexes(), tick);
  }

  static SegmentInfo indexed(SegmentInfo s, long version, Map<Long, Long> indexes) {
    return copy(s, s.state(), version, indexes, s.dropTick());
  }

  private static SegmentInfo copy(
      SegmentInfo s,
      SegmentInfo.State state,
      long version,
      Map<Long, Long> indexes,
      long dropTick) {
    return new SegmentInfo(
        s.id(),
        s.collectionId(),
        s.partitionId(),
        s.vchannel(),
        state,
        s.level(),
        version,
        s.rows(),
        s.bytes(),
        s.firstLsn(),
        s.lastLsn(),
        s.firstTick(),
        s.lastTick(),
        indexes,
        s.compactedFrom(),
        dropTick);
  }
}
