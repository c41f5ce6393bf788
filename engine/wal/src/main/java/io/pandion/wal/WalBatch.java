package io.pandion.wal;

import io.pandion.model.PandionException;
import java.util.List;
import java.util.Optional;

/// What every adapter checks of a batch before it writes any of it.
public final class WalBatch {
  private WalBatch() {}

  /// @return INVALID_REQUEST when a body is over [Wal#MAX_BODY_BYTES]
  /// @throws IllegalArgumentException when the lsns are not dense from `nextLsn`
  public static Optional<PandionException> check(
      String pchannel, List<WalMessage> batch, long nextLsn) {
    long next = nextLsn;
    for (WalMessage message : batch) {
      if (message.lsn() != next) {
        throw new IllegalArgumentException(
            "channel " + pchannel + ": lsn " + message.lsn() + " where " + next + " is next");
      }
      next++;
    }
    for (WalMessage message : batch) {
      if (message.body().size() > Wal.MAX_BODY_BYTES) {
        return Optional.of(
            new PandionException(
                PandionException.Reason.INVALID_REQUEST,
                PandionException.Subject.CHANNEL,
                "channel "
                    + pchannel
                    + ": a message of "
                    + message.body().size()
                    + " bytes is over the limit of "
                    + Wal.MAX_BODY_BYTES
                    + ": send fewer rows at once"));
      }
    }
    return Optional.empty();
  }

  /// Checks what the numbering of lsns does not say: every message is of the term, and ticks rise.
  ///
  /// @return the last tick
  /// @throws IllegalArgumentException when one is not so
  public static long checkTicks(
      String pchannel, List<WalMessage> batch, long term, long tickBefore) {
    long tick = tickBefore;
    for (WalMessage message : batch) {
      if (message.term() != term || message.tick() <= tick) {
        throw new IllegalArgumentException(
            "channel "
                + pchannel
                + ": message "
                + message.lsn()
                + " has term "
                + message.term()
                + " and tick "
                + message.tick()
                + "; the log has term "
                + term
                + ", and its last tick is "
                + tick);
      }
      tick = message.tick();
    }
    return tick;
  }
}
