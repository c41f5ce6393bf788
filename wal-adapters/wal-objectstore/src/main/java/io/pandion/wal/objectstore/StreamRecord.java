package io.pandion.wal.objectstore;

/// What the meta store knows of a stream.
///
/// @param node that writes it, for people
/// @param end slot of its FENCE or CLOSE object, or -1 while none is known
/// @param lowWater no extent needs a slot below; written before anything is deleted
/// @param deleted all slots below are gone
record StreamRecord(String node, State state, long end, long lowWater, long deleted) {
  /// Who ended it, if anybody did.
  enum State {
    OPEN,
    FENCED,
    CLOSED
  }

  static StreamRecord open(String node) {
    return new StreamRecord(node, State.OPEN, -1, 0, 0);
  }

  /// Whether an extent may begin at a slot: it and what follows were not collected.
  boolean takes(long fromSlot) {
    return fromSlot >= lowWater;
  }

  StreamRecord ended(State how, long slot) {
    return state == State.OPEN ? new StreamRecord(node, how, slot, lowWater, deleted) : this;
  }

  /// Its mark raised to a slot, and never beyond its end: what ends it stays.
  StreamRecord low(long slot) {
    long low = Math.max(lowWater, end < 0 ? slot : Math.min(slot, end));
    return new StreamRecord(node, state, end, low, deleted);
  }

  StreamRecord deletedBelow(long slot) {
    return new StreamRecord(node, state, end, lowWater, slot);
  }
}
