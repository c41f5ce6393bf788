package io.pandion.wal.objectstore;

import java.util.ArrayList;
import java.util.List;

/// Lets the open extent of a channel that is not written follow its stream: where it began, it
/// would hold back what its neighbours have let go, for as long as it is not written.
class IdleExtents {
  private final long slots;

  /// @param slots an extent follows when it is so far behind, because that costs a write of the
  ///   channel's entry
  IdleExtents(long slots) {
    this.slots = slots;
  }

  /// The extents of a channel when its open one begins where its stream is now. With the lock of
  /// the logs held.
  ///
  /// @return none when the channel is not idle, or not far enough behind
  final List<Extent> following(ObjectWal wal) {
    Extent open = wal.extents().getLast();
    long from = from(wal.stream());
    if (!wal.isIdle() || from - open.fromSlot() < slots) {
      return List.of();
    }
    List<Extent> out = new ArrayList<>(wal.extents());
    out.set(out.size() - 1, open.from(from, open.firstSeq(), open.tickBefore()));
    return List.copyOf(out);
  }

  /// Where an extent without records may begin: all slots before are there, and what was appended
  /// and is not acknowledged lies behind.
  long from(StreamWriter stream) {
    return stream.acknowledged();
  }
}
