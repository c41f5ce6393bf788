package io.pandion.wal.objectstore;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;

/// Forgets a channel and lets its slots go. Called while no channel changes hands.
///
/// @param live whether this node writes a stream
/// @param collect is told of each stream that was let go, and behind which slots
record ChannelRemoval(
    WalMeta meta,
    Predicate<String> live,
    StreamFence fence,
    Function<String, StreamIndex> indexes,
    BiConsumer<String, Long> collect) {

  /// Repeatable. A stream whose writer never comes back is ended first, so that all of it can be
  /// collected.
  void remove(String pchannel) {
    Map<String, Long> released = new LinkedHashMap<>();
    for (Extent extent : meta.channel(pchannel).extents()) {
      long end = extent.isOpen() ? extent.fromSlot() : extent.toSlot();
      if (extent.isOpen() && !live.test(extent.stream())) {
        long fenced = fence.end(indexes.apply(extent.stream()), extent.fromSlot());
        meta.changeStream(extent.stream(), r -> r.ended(StreamRecord.State.FENCED, fenced));
        end = fenced;
      }
      released.merge(extent.stream(), end, Math::max);
    }
    meta.remove(pchannel);
    released.forEach(collect);
  }
}
