package io.pandion.wal.objectstore;

import java.util.LinkedHashMap;
import java.util.Map;

/// Forgets a channel and lets its slots go. Called while no channel changes hands.
record ChannelRemoval(WalMeta meta, OwnStreams own, KnownStreams known, StreamFence fence) {

  /// Repeatable. A stream whose writer never comes back is ended first, so that all of it can be
  /// collected.
  void remove(String pchannel) {
    Map<String, Long> released = new LinkedHashMap<>();
    for (Extent extent : meta.channel(pchannel).extents()) {
      long end = extent.isOpen() ? extent.fromSlot() : extent.toSlot();
      if (extent.isOpen() && !own.isLive(extent.stream())) {
        long fenced = fence.end(known.index(extent.stream()), extent.fromSlot());
        meta.changeStream(extent.stream(), r -> r.ended(StreamRecord.State.FENCED, fenced));
        end = fenced;
      }
      released.merge(extent.stream(), end, Math::max);
    }
    meta.remove(pchannel);
    released.forEach(known::collect);
  }
}
