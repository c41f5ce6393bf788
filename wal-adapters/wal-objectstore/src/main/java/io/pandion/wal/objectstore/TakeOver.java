package io.pandion.wal.objectstore;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Makes a channel this node's own; the order of its steps is what fences the owner before. Called
/// while no other channel of this provider changes hands.
///
/// @param node name of this node, for people
record TakeOver(WalMeta meta, OwnStreams own, KnownStreams known, StreamFence fence, String node) {

  /// The channel under its new owner.
  ///
  /// @param record its last extent is open, in `stream`
  record Taken(ChannelRecord record, StreamWriter stream) {}

  Taken take(String pchannel, long term, long firstLsn) {
    ChannelRecord raised = meta.raise(pchannel, term, node, firstLsn);
    while (true) {
      StreamWriter stream = own.live();
      Map<String, WalMeta.StreamChange> streams = new HashMap<>();
      ChannelRecord ended = raised;
      if (!raised.extents().isEmpty() && raised.extents().getLast().isOpen()) {
        Extent last = raised.extents().getLast();
        long end = last.stream().equals(stream.id().text()) ? own.settled(stream) : -1;
        if (end < 0) {
          // Another stream, or this one was ended by another node just now.
          stream = own.live();
          end = fence.end(known.index(last.stream()), last.fromSlot());
          streams.put(last.stream(), fenced(end));
        }
        ended = end(pchannel, raised, end);
      }
      long from = own.acknowledged(stream);
      Extent extent = Extent.open(term, stream.id(), from, ended.nextSeq(), ended.highestTick());
      ChannelRecord next = ended.add(extent);
      streams.put(stream.id().text(), stream.entry().holds(from));
      Optional<ChannelRecord> written =
          meta.change(pchannel, term, raised.opening(), r -> next, streams);
      if (written.isPresent()) {
        return new Taken(written.get(), stream);
      }
      // Other nodes ended this stream and collected it while this one was paused.
      own.retire(stream);
    }
  }

  /// A stream is ended at a slot, unless somebody was faster.
  static WalMeta.StreamChange fenced(long end) {
    return (now, owner) ->
        now.orElseGet(() -> StreamRecord.open(owner)).ended(StreamRecord.State.FENCED, end);
  }

  /// Ends the last extent at a slot, with what its slots say.
  private ChannelRecord end(String pchannel, ChannelRecord record, long end) {
    Extent last = record.extents().getLast();
    long seq = last.firstSeq() - 1;
    long tick = last.tickBefore();
    for (Slot slot : known.index(last.stream()).known(last.fromSlot(), end)) {
      Part part = slot.part(pchannel);
      if (part != null) {
        seq = part.lastSeq();
        tick = part.lastTick();
      }
    }
    return record.endLast(end, seq, tick);
  }
}
