package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// Goes on in a new stream when another node has ended the one that was written. Called while no
/// channel changes hands.
final class Survivors {
  private final WalMeta meta;
  private final ReentrantLock lock;

  /// @param lock guards the logs
  Survivors(WalMeta meta, ReentrantLock lock) {
    this.meta = meta;
    this.lock = lock;
  }

  /// The channels that are still ours go on in a new one, with what was not durable; those that are
  /// not fail.
  ///
  /// @param all that are open
  /// @return those that are lost
  Set<ObjectWal> move(StreamWriter dead, long end, StreamWriter fresh, Collection<ObjectWal> all) {
    Map<ObjectWal, PandionException> lost = new HashMap<>();
    Map<ObjectWal, ChannelRecord> kept = new LinkedHashMap<>();
    for (ObjectWal wal : walsOf(dead, all)) {
      try {
        kept.put(wal, move(wal, dead, end, fresh));
      } catch (PandionException e) {
        boolean unwritten = e.reason() == Reason.FENCED && isEnd(dead, end);
        lost.put(wal, unwritten ? e : unknown(wal, e));
      }
    }
    hand(dead, fresh, kept, lost);
    return lost.keySet();
  }

  /// Whether nothing from a slot on was ever read. A taker that was itself replaced may put its
  /// fence late, into a slot that others have read and collected: then the entry says where the
  /// stream ended, or is gone. Who has not written the end down yet has not collected either.
  private boolean isEnd(StreamWriter dead, long end) {
    try {
      return meta.stream(dead.id().text())
          .filter(seen -> seen.record().end() < 0 || seen.record().end() == end)
          .isPresent();
    } catch (PandionException e) {
      return false;
    }
  }

  private List<ObjectWal> walsOf(StreamWriter stream, Collection<ObjectWal> all) {
    lock.lock();
    try {
      return all.stream().filter(w -> w.stream() == stream).toList();
    } finally {
      lock.unlock();
    }
  }

  private ChannelRecord move(ObjectWal wal, StreamWriter dead, long end, StreamWriter fresh) {
    Extent ended;
    long from;
    lock.lock();
    try {
      ended = wal.endedNow();
      from = fresh.acknowledged();
    } finally {
      lock.unlock();
    }
    return meta.change(
            wal.pchannel(),
            wal.term(),
            wal.opening(),
            r -> {
              ChannelRecord closed = r.endLast(end, ended.lastSeq(), ended.lastTick());
              return closed.add(
                  Extent.open(
                      wal.term(), fresh.id(), from, closed.nextSeq(), closed.highestTick()));
            },
            Map.of(
                dead.id().text(), TakeOver.fenced(end),
                fresh.id().text(), fresh.entry().holds(from)))
        .orElseThrow(
            () ->
                PandionException.unavailable(
                    "the new stream was ended and collected by others, too"));
  }

  private static PandionException unknown(ObjectWal wal, PandionException e) {
    return new PandionException(
        Reason.OUTCOME_UNKNOWN,
        PandionException.Subject.CHANNEL,
        "channel "
            + wal.pchannel()
            + ": its stream was ended by another node and it cannot go on in a new one: "
            + e.getMessage()
            + "; open the log again and read its end",
        e);
  }

  private void hand(
      StreamWriter dead,
      StreamWriter fresh,
      Map<ObjectWal, ChannelRecord> kept,
      Map<ObjectWal, PandionException> lost) {
    List<Runnable> failures = new ArrayList<>();
    lock.lock();
    try {
      kept.forEach((wal, record) -> wal.moved(record.extents(), fresh));
      lost.forEach(ObjectWal::fail);
      for (WaitingObject.Chunk chunk : dead.takeRest()) {
        PandionException why = lost.get(chunk.wal());
        if (why == null) {
          fresh.add(chunk);
        } else {
          failures.add(() -> chunk.waiters().forEach(w -> w.completeExceptionally(why)));
        }
      }
      dead.room().signalAll();
      fresh.flush();
    } finally {
      lock.unlock();
    }
    failures.forEach(Runnable::run);
    lock.lock();
    try {
      dead.room().signalAll();
    } finally {
      lock.unlock();
    }
  }
}
