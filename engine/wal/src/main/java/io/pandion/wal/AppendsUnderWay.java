package io.pandion.wal;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The batches of one opened log that a broker has not confirmed yet: lsns and ticks, room, order,
/// and what becomes of them when the log fails or is closed. Shared by the adapters over brokers.
///
/// Futures are completed by the caller, outside of any lock. Any number of threads.
public final class AppendsUnderWay {
  /// A batch; when [#refused], its future has failed already and nothing may be sent.
  ///
  /// @param since when it was taken, by the clock that the log was given
  /// @param alone whether nothing was under way then
  public record Batch(
      List<WalMessage> messages,
      long bytes,
      long since,
      boolean alone,
      CompletableFuture<Void> future,
      boolean refused) {
    static Batch refusal(PandionException why) {
      return new Batch(List.of(), 0, 0, false, CompletableFuture.failedFuture(why), true);
    }
  }

  /// Batches that will not be confirmed, and what they fail with.
  public record Lost(List<Batch> batches, PandionException outcome) {
    public void fail() {
      batches.forEach(batch -> batch.future().completeExceptionally(outcome));
    }
  }

  /// A batch that is not confirmed for so long stands for a broker that is not there.
  private static final long STALL = Duration.ofSeconds(30).toNanos();

  private final String pchannel;
  private final long term;
  private final LongSupplier nanos;

  // Guarded by this.
  private final Deque<Batch> batches = new ArrayDeque<>();
  private long nextLsn;
  private long lastTick;
  private long durableLsn;
  private long bytes;
  private boolean closing;
  private @Nullable PandionException failed;

  /// @param nanos a clock that does not go back
  public AppendsUnderWay(
      String pchannel, long term, long nextLsn, long lastTick, LongSupplier nanos) {
    this.pchannel = pchannel;
    this.term = term;
    this.nanos = nanos;
    this.nextLsn = nextLsn;
    this.durableLsn = nextLsn;
    this.lastTick = lastTick;
  }

  /// Takes a batch that is to be sent now, when there is room; see [Wal#append].
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when the broker has not confirmed anything for 30
  ///   s: nothing of it was written, the log goes on when the broker is back
  public synchronized Batch begin(List<WalMessage> batch) {
    Optional<PandionException> refusal = refusal();
    if (refusal.isEmpty()) {
      refusal = WalBatch.check(pchannel, batch, nextLsn);
    }
    if (refusal.isPresent()) {
      return Batch.refusal(refusal.get());
    }
    long tick = WalBatch.checkTicks(pchannel, batch, term, lastTick);
    long size = 0;
    for (WalMessage message : batch) {
      size += message.body().size() + message.vchannel().length();
    }
    awaitRoom(size);
    refusal = refusal();
    if (refusal.isPresent()) {
      return Batch.refusal(refusal.get());
    }
    Batch made =
        new Batch(
            List.copyOf(batch),
            size,
            nanos.getAsLong(),
            batches.isEmpty(),
            new CompletableFuture<>(),
            false);
    if (batch.isEmpty()) {
      made.future().complete(null);
      return made;
    }
    batches.add(made);
    bytes += size;
    nextLsn += batch.size();
    lastTick = tick;
    return made;
  }

  private Optional<PandionException> refusal() {
    if (failed == null && closing) {
      return Optional.of(exception(Reason.UNAVAILABLE_RETRY, "the log is closed", null));
    }
    return Optional.ofNullable(failed);
  }

  private synchronized void awaitRoom(long size) {
    while (failed == null && !closing) {
      long left = left();
      if (left <= 0) {
        throw exception(
            Reason.UNAVAILABLE_RETRY,
            "the broker has confirmed nothing for "
                + STALL / 1_000_000_000
                + " s and "
                + bytes
                + " bytes wait for it; nothing of this was written; retry",
            null);
      }
      if (bytes == 0 || bytes + size <= Wal.MAX_UNACKNOWLEDGED_BYTES) {
        return;
      }
      try {
        waitFor(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw exception(
            Reason.UNAVAILABLE_RETRY,
            "interrupted while the broker was behind; nothing of this was written",
            e);
      }
    }
  }

  /// Nanoseconds until the oldest batch is overdue.
  private synchronized long left() {
    Batch oldest = batches.peek();
    return oldest == null ? STALL : oldest.since() + STALL - nanos.getAsLong();
  }

  @SuppressWarnings("WaitNotInLoop") // the callers look again
  private synchronized void waitFor(long left) throws InterruptedException {
    wait(left / 1_000_000 + 1);
  }

  /// The message is durable, and all before it.
  ///
  /// @return the batch to complete, when it is the last of one
  public synchronized Optional<Batch> confirm(long lsn) {
    if (failed != null) {
      return Optional.empty();
    }
    durableLsn = lsn + 1;
    Batch first = batches.peek();
    if (first == null || first.messages().getLast().lsn() != lsn) {
      return Optional.empty();
    }
    batches.remove();
    bytes -= first.bytes();
    notifyAll();
    return Optional.of(first);
  }

  /// Stops the log.
  ///
  /// @param cause FENCED, or what the broker's client said
  /// @return what the caller must fail; nothing when it had stopped already
  public synchronized Optional<Lost> fail(Throwable cause) {
    if (failed != null) {
      return Optional.empty();
    }
    PandionException outcome;
    if (cause instanceof PandionException p && p.reason() == Reason.FENCED) {
      outcome = p;
      failed = p;
    } else {
      outcome =
          exception(
              Reason.OUTCOME_UNKNOWN,
              "the broker does not confirm a write; open the log again and read its end",
              cause);
      failed =
          exception(
              Reason.UNAVAILABLE_RETRY,
              "the log stopped at an earlier failure; nothing of this was written; open it again",
              cause);
    }
    Lost lost = new Lost(List.copyOf(batches), outcome);
    batches.clear();
    bytes = 0;
    notifyAll();
    return Optional.of(lost);
  }

  /// Takes no more, and waits until every batch is confirmed or lost, but not for a broker that is
  /// not there.
  ///
  /// @return false when there are batches that are neither: the caller must fail them
  public synchronized boolean finish() {
    closing = true;
    notifyAll();
    boolean interrupted = false;
    while (!batches.isEmpty()) {
      long left = left();
      if (left <= 0) {
        break;
      }
      try {
        waitFor(left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return batches.isEmpty();
  }

  /// @throws PandionException UNAVAILABLE_RETRY when the log is closed
  public synchronized long durableLsnForReader() {
    if (closing) {
      throw exception(Reason.UNAVAILABLE_RETRY, "the log is closed", null);
    }
    return durableLsn;
  }

  /// Behind the last durable message.
  public synchronized long durableLsn() {
    return durableLsn;
  }

  public synchronized long nextLsn() {
    return nextLsn;
  }

  public synchronized long lastTick() {
    return lastTick;
  }

  /// Whether it neither failed nor closes.
  public synchronized boolean isOpen() {
    return failed == null && !closing;
  }

  private PandionException exception(Reason reason, String what, @Nullable Throwable cause) {
    return new PandionException(
        reason,
        PandionException.Subject.CHANNEL,
        "channel " + pchannel + ": " + what + (cause == null ? "" : ": " + cause),
        cause);
  }
}
