package io.pandion.wal.objectstore;

import io.pandion.storage.ObjectStore;
import java.util.Collection;
import java.util.Optional;

/// Removes objects that no channel needs. The low-water mark of a stream is the first slot that an
/// extent of any channel needs; it is written down before anything below it is deleted, and nothing
/// else is. FENCE and CLOSE objects stay for ever: they are what keeps a writer out that was paused
/// for however long. Repeatable, also by others at the same time.
class LowWater {
  private final WalMeta meta;
  private final ObjectStore store;

  LowWater(WalMeta meta, ObjectStore store) {
    this.meta = meta;
    this.store = store;
  }

  /// @param stream whose slots some channel has just let go
  /// @param released behind the slots that were let go; the mark when no extent is left
  /// @return the low-water mark, or -1 when the stream is not known any more
  long collect(StreamId stream, long released) {
    Optional<StreamRecord> before = meta.stream(stream.text());
    if (before.isEmpty()) {
      return -1;
    }
    long needed = needed(stream.text(), meta.channels().values());
    boolean ended = before.get().state() != StreamRecord.State.OPEN;
    long unneeded = ended ? before.get().end() : released;
    long low = needed == Long.MAX_VALUE ? unneeded : needed;
    meta.changeStream(stream.text(), r -> r.low(low));
    StreamRecord now = meta.stream(stream.text()).orElse(before.get());
    for (long slot = now.deleted(); slot < now.lowWater(); slot++) {
      store.delete(stream.object(slot));
    }
    long done = now.lowWater();
    meta.changeStream(stream.text(), r -> done > r.deleted() ? r.deletedBelow(done) : r);
    if (needed == Long.MAX_VALUE && ended && done >= now.end()) {
      meta.stream(stream.text()).ifPresent(r -> meta.removeStream(stream.text(), r));
      return -1;
    }
    return done;
  }

  /// First slot that an extent needs, or Long.MAX_VALUE when none does.
  long needed(String stream, Collection<ChannelRecord> channels) {
    long needed = Long.MAX_VALUE;
    for (ChannelRecord channel : channels) {
      for (Extent extent : channel.extents()) {
        if (extent.stream().equals(stream)) {
          needed = Math.min(needed, extent.fromSlot());
        }
      }
    }
    return needed;
  }
}
