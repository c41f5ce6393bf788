package io.pandion.wal.objectstore;

import io.pandion.storage.ObjectStore;
import java.util.List;
import java.util.Optional;

/// Ends another's stream: puts a FENCE at the first slot that holds nothing, moving on where
/// somebody was faster. Repeatable, also by others at the same time: there is one fence a stream.
///
/// What it promises: when [#end] returns, the slots before the end are there and stay as they are,
/// and no slot at or behind the end will ever be acknowledged. The start must be a slot that no
/// garbage collection can have taken: the start of an extent of a channel whose term the caller has
/// raised before.
class StreamFence {
  /// How many slots are looked at together.
  private static final int WIDTH = 16;

  private final ObjectStore store;
  private final long writer;

  /// @param store repeats what may succeed later
  /// @param writer that makes the fences
  StreamFence(ObjectStore store, long writer) {
    this.store = store;
    this.writer = writer;
  }

  /// @return slot of the FENCE or CLOSE object; all slots from `fromSlot` up to it are in the index
  /// @throws PandionException UNAVAILABLE_RETRY when the store does not answer; the fence may be
  ///   there then: try again
  long end(StreamIndex index, long fromSlot) {
    long at = fromSlot;
    while (true) {
      List<Optional<Slot>> found = index.look(at, at + WIDTH);
      for (Optional<Slot> slot : found) {
        if (slot.isEmpty()) {
          SlotBuilder.Built fence = new SlotBuilder(index.stream(), writer).fence(at);
          if (create(store, index.stream().object(at), fence.bytes())) {
            index.add(fence.slot());
            return at;
          }
          // somebody was faster: look at this slot again
          break;
        }
        if (!slot.get().data()) {
          return at;
        }
        at++;
      }
      // a stream that is longer than that may have roll-ups
      index.learn(at);
    }
  }

  /// @return false when the slot was taken
  boolean create(ObjectStore bucket, String name, byte[] fence) {
    return bucket.putIfAbsent(name, fence);
  }
}
