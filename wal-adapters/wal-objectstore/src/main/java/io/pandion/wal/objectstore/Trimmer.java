package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Moves the checkpoint of a log, which is the start of its first extent, and lets go the slots
/// before it; neighbours that are idle follow. Called while no channel changes hands.
final class Trimmer {
  private final WalMeta meta;
  private final ReentrantLock lock;
  private final KnownStreams known;
  private final IdleExtents idle;

  /// Streams that were let go and are not collected yet, and behind which slots.
  private final Map<String, Long> owed = new LinkedHashMap<>();

  /// @param lock guards the logs
  Trimmer(WalMeta meta, ReentrantLock lock, KnownStreams known, IdleExtents idle) {
    this.meta = meta;
    this.lock = lock;
    this.known = known;
    this.idle = idle;
  }

  /// Goes on until there is nothing more to do.
  ///
  /// @param all that are open
  void trim(ObjectWal wal, Collection<ObjectWal> all) {
    try {
      for (List<Extent> left = narrow(wal); !left.isEmpty(); left = narrow(wal)) {
        write(wal, left);
        all.forEach(this::follow);
        collectOwed();
      }
    } catch (PandionException e) {
      // Nothing that is needed was removed; the next truncation goes on.
      lock.lock();
      try {
        wal.stopTrimming();
      } finally {
        lock.unlock();
      }
    }
  }

  /// From here on no reader begins before what is left, whether the write of it is known to have
  /// taken place or not.
  ///
  /// @return the extents that are left, the open one at least; none when there is nothing to do
  private List<Extent> narrow(ObjectWal wal) {
    lock.lock();
    try {
      long below = wal.takeTruncation();
      if (below < 0) {
        return List.of();
      }
      List<Extent> left = new ArrayList<>();
      for (Extent extent : wal.extents()) {
        Extent kept =
            extent.isOpen() ? wal.openFrom(below) : closedFrom(wal.pchannel(), extent, below);
        if (kept != null) {
          left.add(kept);
        }
      }
      wal.trimmed(List.copyOf(left));
      return left;
    } finally {
      lock.unlock();
    }
  }

  private void follow(ObjectWal wal) {
    List<Extent> left;
    lock.lock();
    try {
      left = idle.following(wal);
      if (left.isEmpty()) {
        return;
      }
      wal.trimmed(left);
    } finally {
      lock.unlock();
    }
    try {
      write(wal, left);
    } catch (PandionException e) {
      // It is not ours any more, or follows the next time: only its neighbours' slots stay.
      return;
    }
  }

  private void write(ObjectWal wal, List<Extent> left) {
    Extent first = left.getFirst();
    meta.change(
        wal.pchannel(),
        wal.term(),
        wal.opening(),
        r -> {
          owe(r.extents(), left);
          return new ChannelRecord(
              r.term(), r.opening(), r.node(), first.firstSeq(), first.tickBefore(), left);
        });
  }

  /// Notes which slots go when the extents become those that are left, the last of them.
  private void owe(List<Extent> before, List<Extent> left) {
    int gone = before.size() - left.size();
    for (int i = 0; i < before.size(); i++) {
      Extent extent = before.get(i);
      long behind = i < gone ? extent.toSlot() : left.get(i - gone).fromSlot();
      if (i < gone || behind > extent.fromSlot()) {
        owed.merge(extent.stream(), behind, Math::max);
      }
    }
  }

  private void collectOwed() {
    for (Map.Entry<String, Long> one : List.copyOf(owed.entrySet())) {
      known.collect(one.getKey(), one.getValue());
      owed.remove(one.getKey());
    }
  }

  /// What is left of a closed extent, or null. Where its slots are not known, it stays whole; also
  /// while none of its records goes, because a reader looks at its first slots, too, when it comes
  /// to it.
  private @Nullable Extent closedFrom(String channel, Extent extent, long below) {
    if (extent.lastSeq() < below) {
      return null;
    }
    if (extent.firstSeq() >= below) {
      return extent;
    }
    Extent kept = extent;
    for (Slot slot : known.index(extent.stream()).known(extent.fromSlot(), extent.toSlot())) {
      Part part = slot.part(channel);
      if (slot.number() != kept.fromSlot() || (part != null && part.lastSeq() >= below)) {
        break;
      }
      kept =
          part == null
              ? kept.from(slot.number() + 1, kept.firstSeq(), kept.tickBefore())
              : kept.from(slot.number() + 1, part.lastSeq() + 1, part.lastTick());
    }
    return kept;
  }
}
