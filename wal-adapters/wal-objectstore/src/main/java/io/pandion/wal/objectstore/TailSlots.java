package io.pandion.wal.objectstore;

import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// The durable slots of a channel's open extent that hold records of it. Guarded by the lock of the
/// logs.
final class TailSlots {
  /// @param lastTick of its last record of the channel
  private record Durable(long slot, long lastTick) {}

  private final NavigableMap<Long, Durable> byLastSeq = new TreeMap<>();

  boolean isEmpty() {
    return byLastSeq.isEmpty();
  }

  void add(long slot, long lastSeq, long lastTick) {
    byLastSeq.put(lastSeq, new Durable(slot, lastTick));
  }

  void clear() {
    byLastSeq.clear();
  }

  /// Slots whose records are all below a seq.
  void forgetBelow(long seq) {
    byLastSeq.headMap(seq).clear();
  }

  /// Slots that hold records from a seq on; empty when none does.
  Optional<ExtentReader.Span> span(StreamIndex index, long seq) {
    var from = byLastSeq.ceilingEntry(seq);
    return from == null
        ? Optional.empty()
        : Optional.of(
            new ExtentReader.Span(
                index, from.getValue().slot, byLastSeq.lastEntry().getValue().slot + 1));
  }

  /// An extent that is open, as it begins once everything below a seq has gone.
  ///
  /// @param acknowledged behind the slots of its stream that are known to be there
  Extent from(Extent open, long seq, long acknowledged) {
    var gone = byLastSeq.lowerEntry(seq);
    if (gone == null) {
      return open;
    }
    var kept = byLastSeq.ceilingEntry(seq);
    long slot = kept == null ? Math.max(acknowledged, open.fromSlot()) : kept.getValue().slot;
    return open.from(slot, gone.getKey() + 1, gone.getValue().lastTick);
  }

  /// An extent that is open, as it ends behind its last slot.
  ///
  /// @param lastSeq that is durable
  Extent end(Extent open, long lastSeq) {
    if (byLastSeq.isEmpty()) {
      return open.end(open.fromSlot(), lastSeq, open.tickBefore());
    }
    Durable last = byLastSeq.lastEntry().getValue();
    return open.end(last.slot + 1, lastSeq, last.lastTick);
  }
}
