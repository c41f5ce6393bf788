package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBatch;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One channel, opened under one term. Its records go into the stream that all channels of the
/// provider share.
///
/// A call of `append` waits while too much is not durable yet, and throws UNAVAILABLE_RETRY when
/// that takes too long: nothing of the batch was written then, and the log goes on.
final class ObjectWal implements Wal {
  private final ObjectWalProvider provider;
  private final ObjectWalSettings settings;
  private final ReentrantLock lock;
  private final String pchannel;
  private final BatchEncoder encoder;
  private final long term;
  private final long opening;
  private final Set<ExtentReader> readers = new HashSet<>();

  // Guarded by the lock.
  private StreamWriter stream;
  private List<Extent> extents;
  private final TailSlots tail = new TailSlots();
  private long nextLsn;
  private long durableLsn;
  private long lastTick;
  private long truncateBelow;
  private long trimmedBelow;
  private boolean truncating;
  private boolean closing;
  private @Nullable PandionException failed;
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /// @param record with its last extent open, in `stream`
  ObjectWal(
      ObjectWalProvider provider,
      ObjectWalSettings settings,
      ReentrantLock lock,
      String pchannel,
      ChannelRecord record,
      StreamWriter stream) {
    this.provider = provider;
    this.settings = settings;
    this.lock = lock;
    this.pchannel = pchannel;
    this.encoder =
        new BatchEncoder(
            this, SlotFormat.crc(pchannel), settings.objectBytes(), provider.compressor());
    this.term = record.term();
    this.opening = record.opening();
    this.stream = stream;
    this.extents = record.extents();
    this.nextLsn = extents.getLast().firstSeq();
    this.durableLsn = nextLsn;
    this.lastTick = extents.getLast().tickBefore();
  }

  String pchannel() {
    return pchannel;
  }

  long term() {
    return term;
  }

  long opening() {
    return opening;
  }

  @Override
  public long nextLsn() {
    lock.lock();
    try {
      return nextLsn;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long lastTick() {
    lock.lock();
    try {
      return lastTick;
    } finally {
      lock.unlock();
    }
  }

  /// @throws PandionException UNAVAILABLE_RETRY when too much waits to become durable: nothing was
  ///   written, the log goes on
  /// @throws IllegalArgumentException also when a term is not the log's, a tick does not rise, or
  ///   the name of a vchannel has over 65535 bytes
  @Override
  public CompletableFuture<Void> append(List<WalMessage> batch) {
    lock.lock();
    try {
      PandionException refused = refusal();
      if (refused != null) {
        return CompletableFuture.failedFuture(refused);
      }
      Optional<PandionException> wrong = WalBatch.check(pchannel, batch, nextLsn);
      if (wrong.isPresent()) {
        return CompletableFuture.failedFuture(wrong.get());
      }
      check(batch);
      if (batch.isEmpty()) {
        return last.copy();
      }
    } finally {
      lock.unlock();
    }
    CompletableFuture<Void> future = new CompletableFuture<>();
    List<WaitingObject.Chunk> chunks = encoder.chunks(batch, future);
    long bytes = 0;
    for (WaitingObject.Chunk chunk : chunks) {
      bytes += chunk.charge();
    }
    lock.lock();
    try {
      awaitRoom(bytes);
      PandionException refused = refusal();
      if (refused != null) {
        return CompletableFuture.failedFuture(refused);
      }
      chunks.forEach(stream::add);
      nextLsn += batch.size();
      lastTick = batch.getLast().tick();
      last = future;
      return future;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable PandionException refusal() {
    if (failed != null) {
      return failed;
    }
    return closing ? closed() : null;
  }

  private void check(List<WalMessage> batch) {
    long _ = WalBatch.checkTicks(pchannel, batch, term, lastTick);
    for (WalMessage m : batch) {
      if (m.vchannel().length() > RecordCodec.MAX_VCHANNEL / 3) {
        throw new IllegalArgumentException(
            "channel " + pchannel + ": the name of a vchannel is over 21845 characters");
      }
    }
  }

  private void awaitRoom(long bytes) {
    long stall = settings.stall().toNanos();
    long left = stall;
    while (failed == null && !closing) {
      boolean full =
          stream.unackedBytes() > 0 && stream.unackedBytes() + bytes > settings.unackedBytes();
      boolean stalled = stream.stalledFor() > stall;
      if (!full && !stalled) {
        return;
      }
      if (stalled || left <= 0) {
        Throwable why = stream.lastFailure();
        throw new PandionException(
            Reason.UNAVAILABLE_RETRY,
            PandionException.Subject.CHANNEL,
            "channel "
                + pchannel
                + ": "
                + stream.unackedBytes()
                + " bytes wait for the object store, which does not keep up"
                + (why == null ? "" : " (" + why.getMessage() + ")")
                + "; nothing of this was written; retry",
            why);
      }
      try {
        left = provider.threads().await(lock, stream.room(), left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw PandionException.unavailable(
            "channel " + pchannel + ": interrupted before the write; nothing of it was written");
      }
    }
  }

  /// A slot with records of this channel is durable. With the lock held.
  void durable(long slot, long lastSeq, long tick) {
    durableLsn = lastSeq + 1;
    tail.add(slot, lastSeq, tick);
  }

  @Override
  public WalReader read(long fromLsn) {
    lock.lock();
    try {
      if (closing && failed == null) {
        throw closed();
      }
      List<ExtentReader.Span> spans = new ArrayList<>();
      long first = Math.max(fromLsn, extents.getFirst().firstSeq());
      long keeps = first;
      for (Extent extent : extents) {
        StreamIndex index = provider.index(extent.stream());
        if (extent.isOpen()) {
          tail.span(index, fromLsn).ifPresent(spans::add);
        } else if (extent.lastSeq() >= fromLsn) {
          spans.add(new ExtentReader.Span(index, extent.fromSlot(), extent.toSlot()));
          keeps = Math.min(keeps, extent.firstSeq());
        }
      }
      ExtentReader reader =
          new ExtentReader(pchannel, spans, first, durableLsn, keeps, provider.io(), this::forget);
      readers.add(reader);
      return reader;
    } finally {
      lock.unlock();
    }
  }

  private void forget(ExtentReader reader) {
    lock.lock();
    try {
      readers.remove(reader);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void truncate(long lsn) {
    lock.lock();
    try {
      truncateBelow = Math.max(truncateBelow, lsn);
      if (!truncating && !closing && failed == null) {
        truncating = true;
        provider.trim(this);
      }
    } finally {
      lock.unlock();
    }
  }

  /// What can go now: at or below what was asked, what is durable, and what readers may still read.
  /// With the lock held.
  ///
  /// @return the lsn, or -1 when there is nothing to do
  long takeTruncation() {
    long below = Math.min(truncateBelow, durableLsn);
    for (ExtentReader reader : readers) {
      below = Math.min(below, reader.keeps());
    }
    if (failed != null || closing || below <= trimmedBelow) {
      truncating = false;
      return -1;
    }
    trimmedBelow = below;
    return below;
  }

  /// With the lock held.
  void stopTrimming() {
    truncating = false;
    trimmedBelow = 0;
  }

  /// The start of the open extent once everything below an lsn has gone. With the lock held.
  Extent openFrom(long below) {
    return tail.from(extents.getLast(), below, stream.acknowledged());
  }

  /// Whether the open extent holds nothing and may yet. With the lock held.
  boolean isIdle() {
    return tail.isEmpty() && failed == null && !closing;
  }

  /// With the lock held.
  List<Extent> extents() {
    return extents;
  }

  /// What is before these is not read any more. With the lock held.
  void trimmed(List<Extent> left) {
    extents = left;
    tail.forgetBelow(left.getLast().firstSeq());
  }

  /// Its open extent as it ends now. With the lock held.
  Extent endedNow() {
    return tail.end(extents.getLast(), durableLsn - 1);
  }

  StreamWriter stream() {
    return stream;
  }

  /// Goes on in another stream. With the lock held.
  void moved(List<Extent> newExtents, StreamWriter to) {
    extents = newExtents;
    stream = to;
    tail.clear();
  }

  /// Takes nothing any more. With the lock held.
  void fail(PandionException why) {
    if (failed == null) {
      failed = why;
    }
  }

  boolean hasFailed() {
    return failed != null;
  }

  /// Whether nothing is under way and nothing new is taken.
  boolean isDrained() {
    lock.lock();
    try {
      return (failed != null || closing) && last.isDone();
    } finally {
      lock.unlock();
    }
  }

  /// Refuses new batches and waits until those before are durable or have failed.
  ///
  /// @param why what new ones fail with; null: they are told that the log is closed
  /// @return whether nothing is under way any more
  boolean drain(@Nullable PandionException why) {
    lock.lock();
    try {
      if (why == null) {
        closing = true;
      } else {
        fail(why);
      }
      long left = Math.max(settings.stall().toNanos(), TimeUnit.SECONDS.toNanos(1));
      while (!last.isDone() && left > 0 && !stream.onThread()) {
        stream.flush();
        left = provider.threads().await(lock, stream.room(), left);
      }
      return last.isDone();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    boolean done = drain(null);
    provider.closed(this, done);
  }

  private PandionException closed() {
    return new PandionException(
        Reason.UNAVAILABLE_RETRY,
        PandionException.Subject.CHANNEL,
        "channel " + pchannel + ": the log is closed");
  }
}
