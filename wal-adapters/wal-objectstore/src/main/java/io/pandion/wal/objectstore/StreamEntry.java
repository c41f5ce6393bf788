package io.pandion.wal.objectstore;

/// Whether the meta store knows a stream that this provider writes. Called while no channel changes
/// hands.
final class StreamEntry {
  private boolean known;

  /// What becomes of the stream's entry when an extent of it begins: it stays as it is. A stream
  /// that was known before and is not any more was ended by another and collected whole.
  WalMeta.StreamChange holds(long fromSlot) {
    boolean wasKnown = known;
    return (now, owner) -> {
      known = true;
      if (now.isEmpty()) {
        return wasKnown ? null : StreamRecord.open(owner);
      }
      return now.get().takes(fromSlot) ? now.get() : null;
    };
  }
}
