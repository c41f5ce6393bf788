package io.pandion.streaming;

import io.pandion.cluster.Coordinator;
import io.pandion.cluster.LogEra;
import io.pandion.model.PandionException;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalPayload;
import io.pandion.wal.WalProviders;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves a pchannel from the log that it writes to another one, on the writer's thread, so that
/// nothing is written meanwhile. Until the coordinator has recorded the move, every failure leaves
/// the channel in the log before.
///
/// 1. All that was appended is durable: the log before ends at lsn L - 1.
/// 2. The other log is open, under the same term, and empty: its first lsn is L.
/// 3. The coordinator records that the channel goes on there at L. From here on no owner writes to
///    the log before, whatever dies.
/// 4. A barrier is the first message there.
final class LogMove {
  private static final Logger LOG = LoggerFactory.getLogger(LogMove.class);
  private static final long QUIET_MILLIS = 2_000;

  /// Until the other log is open.
  private static final long MOST_MILLIS = 4_500;

  private final String pchannel;
  private final long term;
  private final ChannelWal log;
  private final WalProviders wals;
  private final Coordinator coordinator;
  private final ChannelApplier applier;
  private final LongSupplier clockMillis;

  LogMove(
      String pchannel,
      long term,
      ChannelWal log,
      WalProviders wals,
      Coordinator coordinator,
      ChannelApplier applier,
      LongSupplier clockMillis) {
    this.pchannel = pchannel;
    this.term = term;
    this.log = log;
    this.wals = wals;
    this.coordinator = coordinator;
    this.applier = applier;
    this.clockMillis = clockMillis;
  }

  /// @param moved is told for how many milliseconds writes waited, once the barrier is durable
  void to(LogEra target, CompletableFuture<Long> moved) {
    long begun = clockMillis.getAsLong();
    log.awaitQuiet(QUIET_MILLIS);
    LogEra era = target.at(log.nextLsn());
    LOG.info("{}: quiet at lsn {}, to go on in the {}", pchannel, era.fromLsn(), era);
    Wal opened =
        Bounded.within(
            begun + MOST_MILLIS - clockMillis.getAsLong(),
            "channel " + pchannel + ": the " + era,
            () -> open(era),
            Wal::close);
    LOG.info("{}: opened the {} at lsn {}", pchannel, era, era.fromLsn());
    if (!record(era, opened)) {
      opened.close();
      throw PandionException.unavailable(
          "channel " + pchannel + ": its move to the " + era + " was given up");
    }
    log.goOn(era, opened);
    var _ =
        barrier()
            .whenComplete(
                (_, failure) -> {
                  if (failure == null) {
                    moved.complete(clockMillis.getAsLong() - begun);
                  } else {
                    moved.completeExceptionally(failure);
                  }
                });
    LOG.info("{}: writes go on in the {}", pchannel, era);
  }

  private Wal open(LogEra era) {
    Wal opened = wals.get(era.type()).open(era.name(), term, era.fromLsn());
    if (opened.nextLsn() != era.fromLsn() || opened.lastTick() != 0) {
      opened.close();
      throw PandionException.unavailable(
          "channel " + pchannel + ": the " + era + " has messages already; retry");
    }
    return opened;
  }

  /// When this fails, nobody knows whether the move was recorded: the channel must be opened anew.
  private boolean record(LogEra era, Wal opened) {
    try {
      return coordinator.logMoved(pchannel, term, era);
    } catch (RuntimeException e) {
      PandionException why =
          e instanceof PandionException known
              ? known
              : new PandionException(
                  PandionException.Reason.INTERNAL,
                  PandionException.Subject.CHANNEL,
                  "channel " + pchannel + ": its move to the " + era + " is not recorded: " + e,
                  e);
      log.stop(why);
      opened.close();
      applier.appended(List.of(), List.of(), CompletableFuture.failedFuture(why));
      throw why;
    }
  }

  private CompletableFuture<Void> barrier() {
    long tick = coordinator.allocateTicks(1).first();
    WalMessage message =
        new WalMessage(log.nextLsn(), term, tick, "", WalBody.of(new WalPayload.RecoveryBarrier()));
    CompletableFuture<Void> durable = log.append(List.of(message));
    applier.appended(List.of(message), List.of(), durable);
    return durable;
  }
}
