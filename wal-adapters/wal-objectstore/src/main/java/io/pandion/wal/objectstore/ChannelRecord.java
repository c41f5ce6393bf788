package io.pandion.wal.objectstore;

import java.util.ArrayList;
import java.util.List;

/// What the meta store knows of a channel. One entry, so that owner, extents and checkpoint change
/// together or not at all; the start of the first extent is the checkpoint.
///
/// @param opening rises with each opening, so that two of one term are told apart
/// @param node that opened it, for people
/// @param baseSeq next seq behind what was truncated: the first one when there is no extent
/// @param baseTick highest tick of what was truncated
record ChannelRecord(
    long term, long opening, String node, long baseSeq, long baseTick, List<Extent> extents) {
  static final ChannelRecord NEW = startingAt(1);

  ChannelRecord {
    extents = List.copyOf(extents);
  }

  static ChannelRecord startingAt(long firstSeq) {
    return new ChannelRecord(0, 0, "", firstSeq, 0, List.of());
  }

  ChannelRecord raise(long newTerm, String newNode) {
    return new ChannelRecord(newTerm, opening + 1, newNode, baseSeq, baseTick, extents);
  }

  ChannelRecord with(List<Extent> newExtents) {
    return new ChannelRecord(term, opening, node, baseSeq, baseTick, newExtents);
  }

  boolean ownedBy(long aTerm, long anOpening) {
    return term == aTerm && opening == anOpening;
  }

  /// The same with its last extent ended; an extent without records goes.
  ChannelRecord endLast(long slot, long seq, long tick) {
    List<Extent> out = new ArrayList<>(extents);
    Extent ended = out.removeLast().end(slot, seq, tick);
    if (!ended.isEmpty()) {
      out.add(ended);
    }
    return with(out);
  }

  ChannelRecord add(Extent extent) {
    List<Extent> out = new ArrayList<>(extents);
    out.add(extent);
    return with(out);
  }

  /// Seq of the next record, when no extent is open.
  @com.fasterxml.jackson.annotation.JsonIgnore
  long nextSeq() {
    return extents.isEmpty() ? baseSeq : extents.getLast().lastSeq() + 1;
  }

  /// Highest tick, when no extent is open.
  @com.fasterxml.jackson.annotation.JsonIgnore
  long highestTick() {
    return extents.isEmpty() ? baseTick : extents.getLast().lastTick();
  }
}
