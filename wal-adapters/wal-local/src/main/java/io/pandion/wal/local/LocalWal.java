package io.pandion.wal.local;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBatch;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One opened log. A thread of its own takes all batches that wait, writes them and syncs once,
/// then completes their futures in order: what depends on a future runs on that thread and should
/// be short. It also truncates, so that no other thread touches the files that are written.
///
/// When a write or a sync fails, the log stops: the batches of that group fail with
/// OUTCOME_UNKNOWN, those behind them with UNAVAILABLE_RETRY (nothing of them was written), for
/// ever. Idle, the thread sleeps until there is work.
final class LocalWal implements Wal {
  /// A batch that waits.
  private record Pending(List<WalMessage> batch, long bytes, CompletableFuture<Void> future) {}

  private final String pchannel;
  private final long term;
  private final LogOutput output;
  private final Consumer<LocalWal> onClose;
  private final Thread thread;

  // Guarded by this.
  private final Deque<Pending> waiting = new ArrayDeque<>();
  private final NameBytes names = new NameBytes();
  private final Set<LocalWalReader> readers = new HashSet<>();
  private long nextLsn;
  private long lastTick;
  private long durableLsn;
  private long truncateBelow;
  private long unacknowledged;
  private boolean closing;
  private @Nullable PandionException failed;

  LocalWal(LogOutput output, Consumer<LocalWal> onClose) {
    this.pchannel = output.directory().pchannel();
    this.term = output.term();
    this.output = output;
    this.onClose = onClose;
    this.nextLsn = output.nextLsn();
    this.durableLsn = nextLsn;
    this.lastTick = output.lastTick();
    this.thread = Thread.ofPlatform().name("wal-" + pchannel).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  String pchannel() {
    return pchannel;
  }

  @Override
  public synchronized long nextLsn() {
    return nextLsn;
  }

  @Override
  public synchronized long lastTick() {
    return lastTick;
  }

  /// @throws IllegalArgumentException also when a term is not the log's, a tick does not rise, or
  ///   the name of a vchannel has over 65535 bytes
  @Override
  public synchronized CompletableFuture<Void> append(List<WalMessage> batch) {
    if (failed != null) {
      return CompletableFuture.failedFuture(failed);
    }
    if (closing) {
      return CompletableFuture.failedFuture(closed());
    }
    Optional<PandionException> refused = WalBatch.check(pchannel, batch, nextLsn);
    if (refused.isPresent()) {
      return CompletableFuture.failedFuture(refused.get());
    }
    long tick = WalBatch.checkTicks(pchannel, batch, term, lastTick);
    long bytes = 0;
    for (WalMessage message : batch) {
      byte[] vchannel = names.of(message.vchannel());
      check(vchannel);
      bytes += SegmentWriter.recordBytes(vchannel.length, message.body().size());
    }
    awaitRoom(bytes);
    if (failed != null) {
      return CompletableFuture.failedFuture(failed);
    }
    unacknowledged += bytes;
    lastTick = tick;
    nextLsn += batch.size();
    CompletableFuture<Void> future = new CompletableFuture<>();
    waiting.add(new Pending(List.copyOf(batch), bytes, future));
    if (waiting.size() == 1) {
      // else the thread knows that there is work
      notifyAll();
    }
    return future;
  }

  /// Waits until so many bytes more may be unacknowledged; the log's own thread never waits.
  private synchronized void awaitRoom(long bytes) {
    while (failed == null
        && !closing
        && unacknowledged > 0
        && unacknowledged + bytes > MAX_UNACKNOWLEDGED_BYTES
        && Thread.currentThread() != thread) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PandionException(
            Reason.UNAVAILABLE_RETRY,
            PandionException.Subject.CHANNEL,
            "channel " + pchannel + ": interrupted while the disk was behind; nothing was written",
            e);
      }
    }
  }

  private void check(byte[] vchannel) {
    if (vchannel.length > SegmentWriter.MAX_VCHANNEL) {
      throw new IllegalArgumentException(
          "channel " + pchannel + ": the name of a vchannel has over 65535 bytes");
    }
  }

  /// @throws PandionException UNAVAILABLE_RETRY when the log is closed
  @Override
  public synchronized WalReader read(long fromLsn) {
    if (closing) {
      throw closed();
    }
    LocalWalReader reader =
        new LocalWalReader(output.disk(), output.directory(), fromLsn, durableLsn, this::forget);
    readers.add(reader);
    return reader;
  }

  private synchronized void forget(LocalWalReader reader) {
    if (readers.remove(reader)) {
      notifyAll();
    }
  }

  @Override
  public synchronized void truncate(long lsn) {
    truncateBelow = Math.max(truncateBelow, Math.min(lsn, nextLsn));
    notifyAll();
  }

  /// Waits for what was appended, then stops.
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    if (Thread.currentThread() == thread) {
      return;
    }
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      List<Pending> group = take();
      while (group != null) {
        work(group);
        group = take();
      }
    } finally {
      end();
    }
  }

  /// Waits for work.
  ///
  /// @return what one sync shall make durable; empty when there is only something to remove; null
  ///   when the log is closed and nothing waits
  private synchronized @Nullable List<Pending> take() {
    while (waiting.isEmpty() && !closing && removable() == 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts this thread", e);
      }
    }
    if (waiting.isEmpty() && closing) {
      return null;
    }
    List<Pending> group = new ArrayList<>();
    long bytes = 0;
    while (!waiting.isEmpty()
        && (group.isEmpty() || bytes + waiting.getFirst().bytes <= output.groupBytes())) {
      Pending next = waiting.removeFirst();
      bytes += next.bytes;
      group.add(next);
    }
    return group;
  }

  /// How many files can be removed now.
  private int removable() {
    long below = Math.min(truncateBelow, durableLsn);
    for (LocalWalReader reader : readers) {
      below = Math.min(below, reader.keeps());
    }
    return failed == null ? output.directory().below(below) : 0;
  }

  private void work(List<Pending> group) {
    PandionException outcome = null;
    List<WalMessage> messages = new ArrayList<>();
    long bytes = 0;
    for (Pending pending : group) {
      messages.addAll(pending.batch);
      bytes += pending.bytes;
    }
    if (!messages.isEmpty()) {
      try {
        output.write(messages, bytes);
      } catch (Throwable e) {
        outcome = fail(e);
      }
    }
    List<Long> dropped;
    synchronized (this) {
      unacknowledged -= bytes;
      notifyAll();
      durableLsn = output.nextLsn();
      // Under the lock, so that no new reader starts in them.
      dropped = output.directory().drop(removable());
    }
    for (Pending pending : group) {
      complete(pending.future, outcome);
    }
    if (outcome != null) {
      failWaiting();
    } else if (!dropped.isEmpty()) {
      remove(dropped);
    }
  }

  private void remove(List<Long> dropped) {
    try {
      output.remove(dropped);
    } catch (Throwable e) {
      fail(e);
      failWaiting();
    }
  }

  private static void complete(CompletableFuture<Void> future, @Nullable PandionException outcome) {
    if (outcome == null) {
      future.complete(null);
    } else {
      future.completeExceptionally(outcome);
    }
  }

  /// Stops the log.
  ///
  /// @return what the group that was being written fails with
  private synchronized PandionException fail(Throwable e) {
    if (e instanceof PandionException p && p.reason() == Reason.FENCED) {
      failed = p;
      return p;
    }
    failed =
        new PandionException(
            Reason.UNAVAILABLE_RETRY,
            PandionException.Subject.CHANNEL,
            "channel "
                + pchannel
                + ": the log stopped at an earlier failure ("
                + e
                + "); nothing of this was written; open the log again",
            e);
    return new PandionException(
        Reason.OUTCOME_UNKNOWN,
        PandionException.Subject.CHANNEL,
        "channel "
            + pchannel
            + ": the log cannot write: "
            + e
            + "; is the disk full? Open the log again and read its end",
        e);
  }

  private void failWaiting() {
    List<Pending> rest;
    PandionException why;
    synchronized (this) {
      rest = List.copyOf(waiting);
      waiting.clear();
      why = failed;
    }
    rest.forEach(pending -> complete(pending.future, why));
  }

  private void end() {
    try (output) {
      boolean sound;
      synchronized (this) {
        closing = true;
        sound = failed == null;
      }
      if (sound) {
        output.finish();
      }
    } catch (IOException | PandionException e) {
      // All that was acknowledged is durable; the next opening finds the end by itself.
      return;
    } finally {
      onClose.accept(this);
    }
  }

  private PandionException closed() {
    return new PandionException(
        Reason.UNAVAILABLE_RETRY,
        PandionException.Subject.CHANNEL,
        "channel " + pchannel + ": the log is closed");
  }
}
