package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Moves the checkpoint of a log, which is the start of its first extent, and lets go the slots
/// before it. Called while no channel changes hands.
final class Trimmer {
  private final WalMeta meta;
  private final ReentrantLock lock;
  private final Function<String, StreamIndex> indexes;
  private final BiConsumer<String, Long> collect;

  /// @param lock guards the logs
  /// @param collect is told of each stream that was let go, and behind which slots
  Trimmer(
      WalMeta meta,
      ReentrantLock lock,
      Function<String, StreamIndex> indexes,
      BiConsumer<String, Long> collect) {
    this.meta = meta;
    this.lock = lock;
    this.indexes = indexes;
    this.collect = collect;
  }

  /// Goes on until there is nothing more to do.
  void trim(ObjectWal wal) {
    try {
      for (long below = below(wal); below >= 0; below = below(wal)) {
        trim(wal, below);
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

  private long below(ObjectWal wal) {
    lock.lock();
    try {
      return wal.takeTruncation();
    } finally {
      lock.unlock();
    }
  }

  private void trim(ObjectWal wal, long below) {
    Extent openFrom;
    lock.lock();
    try {
      openFrom = wal.openFrom(below);
    } finally {
      lock.unlock();
    }
    Map<String, Long> released = new LinkedHashMap<>();
    ChannelRecord written =
        meta.change(
            wal.pchannel(),
            wal.term(),
            wal.opening(),
            r -> {
              released.clear();
              return trimmed(wal.pchannel(), r, below, openFrom, released);
            },
            Map.of());
    lock.lock();
    try {
      wal.trimmed(written.extents());
    } finally {
      lock.unlock();
    }
    released.forEach(collect);
  }

  private ChannelRecord trimmed(
      String channel,
      ChannelRecord record,
      long below,
      Extent openFrom,
      Map<String, Long> released) {
    List<Extent> left = new ArrayList<>();
    long baseSeq = record.baseSeq();
    long baseTick = record.baseTick();
    for (Extent extent : record.extents()) {
      Extent kept = extent.isOpen() ? openFrom : closedFrom(channel, extent, below);
      if (kept == null) {
        released.merge(extent.stream(), extent.toSlot(), Math::max);
        baseSeq = extent.lastSeq() + 1;
        baseTick = extent.lastTick();
        continue;
      }
      if (kept.fromSlot() > extent.fromSlot()) {
        released.merge(extent.stream(), kept.fromSlot(), Math::max);
      }
      if (left.isEmpty()) {
        baseSeq = kept.firstSeq();
        baseTick = kept.tickBefore();
      }
      left.add(kept);
    }
    return new ChannelRecord(
        record.term(), record.opening(), record.node(), baseSeq, baseTick, left);
  }

  /// What is left of a closed extent, or null. Where its slots are not known, it stays whole.
  private @Nullable Extent closedFrom(String channel, Extent extent, long below) {
    if (extent.lastSeq() < below) {
      return null;
    }
    Extent kept = extent;
    for (Slot slot : indexes.apply(extent.stream()).known(extent.fromSlot(), extent.toSlot())) {
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
