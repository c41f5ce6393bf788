package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ObjectStore;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The streams that this provider writes: one at a time, and those before it that others ended and
/// whose channels have not gone on in it yet. Called while no channel changes hands, but for
/// [#isLive], which any thread may call.
final class OwnStreams {
  private static final long SETTLE_NANOS = 20_000_000;

  private final ObjectStore store;
  private final WalMeta meta;
  private final KnownStreams known;
  private final ObjectWalSettings settings;
  private final Threads threads;
  private final Deciders deciders;
  private final RandomGenerator random;
  private final long writer;
  private final ObjectCache cache;
  private final ExecutorService io;
  private final ReentrantLock lock;
  private final BiConsumer<StreamWriter, Long> onEnded;

  /// Those whose writers may still have something to do.
  private final Set<StreamWriter> streams = new LinkedHashSet<>();

  private boolean closed;

  /// Guarded by the lock.
  private @Nullable StreamWriter current;

  /// @param writer number of this incarnation
  /// @param lock guards what is in memory; the random generator, too
  /// @param onEnded as in [StreamWriter]
  OwnStreams(
      ObjectStore store,
      WalMeta meta,
      KnownStreams known,
      ObjectWalSettings settings,
      Threads threads,
      Deciders deciders,
      RandomGenerator random,
      long writer,
      ObjectCache cache,
      ExecutorService io,
      ReentrantLock lock,
      BiConsumer<StreamWriter, Long> onEnded) {
    this.store = store;
    this.meta = meta;
    this.known = known;
    this.settings = settings;
    this.threads = threads;
    this.deciders = deciders;
    this.random = random;
    this.writer = writer;
    this.cache = cache;
    this.io = io;
    this.lock = lock;
    this.onEnded = onEnded;
  }

  StreamId newName() {
    lock.lock();
    try {
      return StreamId.random(random);
    } finally {
      lock.unlock();
    }
  }

  /// The stream that is written now; a new one when another ended the last.
  StreamWriter live() {
    lock.lock();
    try {
      StreamWriter now = current;
      if (now == null || now.dead()) {
        now =
            new StreamWriter(
                known.index(StreamId.random(random).text()),
                writer,
                store,
                settings,
                threads,
                deciders.planner(settings, random),
                cache,
                io,
                lock,
                onEnded);
        current = now;
        streams.add(now);
        now.start();
      }
      return now;
    } finally {
      lock.unlock();
    }
  }

  /// Whether this provider writes a stream.
  boolean isLive(String stream) {
    lock.lock();
    try {
      return current != null && !current.dead() && current.id().text().equals(stream);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until all slots that were sent are known to be there: another node's fence may still
  /// take the place of one of them.
  ///
  /// @return the slot behind them, or -1 when the stream has ended
  /// @throws PandionException UNAVAILABLE_RETRY when the store does not answer in time
  long settled(StreamWriter stream) {
    lock.lock();
    try {
      long sent = stream.nextSlot();
      long end = threads.nanos() + settings.stall().toNanos();
      while (!stream.dead() && stream.acknowledged() < sent) {
        if (threads.nanos() >= end) {
          throw PandionException.unavailable(
              "the object store does not answer writes of stream " + stream.id() + "; retry");
        }
        long _ = threads.await(lock, stream.room(), SETTLE_NANOS);
      }
      return stream.dead() ? -1 : sent;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PandionException.unavailable("interrupted while stream " + stream.id() + " settled");
    } finally {
      lock.unlock();
    }
  }

  /// Where an extent begins: all slots before are there, so that who ends the stream from here on,
  /// or from the start of another channel's extent, finds the same first hole.
  long acknowledged(StreamWriter stream) {
    lock.lock();
    try {
      return stream.acknowledged();
    } finally {
      lock.unlock();
    }
  }

  private long nextSlot(StreamWriter stream) {
    lock.lock();
    try {
      return stream.nextSlot();
    } finally {
      lock.unlock();
    }
  }

  /// Nothing new begins in a stream any more: its entry says that it was ended and collected, which
  /// its writer does not know yet. Channels that are in it go on in another when it meets the end.
  void retire(StreamWriter ended) {
    lock.lock();
    try {
      if (current == ended) {
        current = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /// The channels of a stream that another ended go on now, or are lost.
  void forget(StreamWriter dead) {
    streams.remove(dead);
  }

  /// Whether no stream is written any more.
  boolean isClosed() {
    return closed;
  }

  /// Ends the stream that is written with what was added, and abandons all others.
  void close() {
    closed = true;
    StreamWriter last;
    lock.lock();
    try {
      last = current;
      current = null;
    } finally {
      lock.unlock();
    }
    if (last != null) {
      end(last);
    }
    List.copyOf(streams).forEach(OwnStreams::abandon);
  }

  private void end(StreamWriter stream) {
    if (!stream.close(settings.stall().toMillis())) {
      abandon(stream);
      return;
    }
    try {
      long slot = nextSlot(stream);
      String name = stream.id().object(slot);
      if (!stream.dead()
          && (slot == 0 || store.putIfAbsent(name, stream.builder().close(slot).bytes()))) {
        meta.changeStream(stream.id().text(), r -> r.ended(StreamRecord.State.CLOSED, slot));
        known.collect(stream.id().text(), slot);
      }
    } catch (PandionException e) {
      // The next opening of a channel ends the stream.
      return;
    }
  }

  /// Gives up what is not known to be durable.
  static void abandon(StreamWriter stream) {
    List<WaitingObject.Chunk> rest = stream.abandon();
    PandionException unknown =
        new PandionException(
            Reason.OUTCOME_UNKNOWN,
            PandionException.Subject.CHANNEL,
            "the log was closed before the write was known to be durable");
    rest.forEach(chunk -> chunk.waiters().forEach(w -> w.completeExceptionally(unknown)));
  }
}
