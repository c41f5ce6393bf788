package io.pandion.wal.kafka;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/// Kafka's exceptions in the words of the house.
final class KafkaErrors {
  private KafkaErrors() {}

  static PandionException channel(
      Reason reason, String pchannel, String what, @Nullable Throwable cause) {
    return new PandionException(
        reason,
        Subject.CHANNEL,
        "channel " + pchannel + ": " + what + (cause == null ? "" : ": " + cause),
        cause);
  }

  static PandionException fenced(String pchannel, long term, long higher) {
    return channel(Reason.FENCED, pchannel, "term " + term + " is fenced by term " + higher, null);
  }

  /// Waits for an answer of the broker; its failure is what a Kafka client threw.
  static <T extends @Nullable Object> T await(Future<T> future) throws ExecutionException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /// What the caller can do about a failure of a client: nothing but other settings, or other
  /// rights, help where Kafka refuses who we are.
  static Reason reason(@Nullable Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof ConfigException
          || at instanceof AuthenticationException
          || at instanceof AuthorizationException) {
        return Reason.INVALID_REQUEST;
      }
    }
    return Reason.UNAVAILABLE_RETRY;
  }
}
