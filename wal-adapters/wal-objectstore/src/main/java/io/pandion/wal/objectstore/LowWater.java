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
  private final RollUps rollUps;

  LowWater(WalMeta meta, ObjectStore store, RollUps rollUps) {
    this.meta = meta;
    this.store = store;
    this.rollUps = rollUps;
  }

  /// @param stream whose slots some channel has just let go
  /// @param released behind the slots that were let go; the mark when no extent is left
  /// @return the low-water mark, or -1 when the stream is not known any more
  long collect(StreamId stream, long released) {
    String name = stream.text();
    Optional<StreamRecord> marked = mark(name, released);
    if (marked.isEmpty()) {
      return -1;
    }
    long done = marked.get().lowWater();
    for (long slot = marked.get().deleted(); slot < done; slot++) {
      store.delete(stream.object(slot));
    }
    for (long end : rollUps.ends(marked.get().deleted(), done)) {
      store.delete(stream.rollUp(end - rollUps.slots()));
    }
    meta.changeStream(name, r -> done > r.deleted() ? r.deletedBelow(done) : r);
    return forget(name) ? -1 : done;
  }

  /// Raises the mark. An opening writes the stream's entry with its extent, so that the extents
  /// that were looked at are all there are when the mark is written.
  private Optional<StreamRecord> mark(String stream, long released) {
    while (true) {
      Optional<WalMeta.SeenStream> seen = meta.stream(stream);
      if (seen.isEmpty()) {
        return Optional.empty();
      }
      StreamRecord now = seen.get().record();
      long needed = needed(stream, meta.channels().values());
      long unneeded = now.state() == StreamRecord.State.OPEN ? released : now.end();
      StreamRecord next = now.low(needed == Long.MAX_VALUE ? unneeded : needed);
      if (next.equals(now) || meta.replace(stream, seen.get(), next)) {
        return Optional.of(next);
      }
    }
  }

  /// Forgets a stream that has ended, when all of it has gone.
  private boolean forget(String stream) {
    Optional<WalMeta.SeenStream> seen = meta.stream(stream);
    if (seen.isEmpty()) {
      return true;
    }
    StreamRecord now = seen.get().record();
    return now.state() != StreamRecord.State.OPEN
        && now.deleted() >= now.end()
        && needed(stream, meta.channels().values()) == Long.MAX_VALUE
        && meta.remove(stream, seen.get());
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
