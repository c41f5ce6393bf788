package io.pandion.wal.objectstore;

/// A run of slots of one stream that holds records of a channel, written under one term.
///
/// @param fromSlot its first slot; all slots of the stream before it were there when it was opened,
///   so that all extents of a stream end at the same hole
/// @param toSlot behind the last slot, or -1 while it may grow
/// @param firstSeq of its first record, or of the one that will come
/// @param lastSeq of its last record; meaningless while it may grow
/// @param tickBefore highest tick of the channel before it
/// @param lastTick of its last record; meaningless while it may grow
record Extent(
    long term,
    String stream,
    long fromSlot,
    long toSlot,
    long firstSeq,
    long lastSeq,
    long tickBefore,
    long lastTick) {
  private static final long OPEN = -1;

  static Extent open(long term, StreamId stream, long fromSlot, long firstSeq, long tickBefore) {
    return new Extent(term, stream.text(), fromSlot, OPEN, firstSeq, OPEN, tickBefore, OPEN);
  }

  @com.fasterxml.jackson.annotation.JsonIgnore
  boolean isOpen() {
    return toSlot == OPEN;
  }

  @com.fasterxml.jackson.annotation.JsonIgnore
  boolean isEmpty() {
    return !isOpen() && lastSeq < firstSeq;
  }

  Extent end(long slot, long seq, long tick) {
    return new Extent(term, stream, fromSlot, slot, firstSeq, seq, tickBefore, tick);
  }

  /// What is left of it from a slot on.
  Extent from(long slot, long seq, long tick) {
    return new Extent(term, stream, slot, toSlot, seq, lastSeq, tick, lastTick);
  }
}
