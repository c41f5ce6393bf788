package io.pandion.wal.pulsar;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.concurrent.CompletionException;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

/// Pulsar's exceptions in the words of the house.
final class PulsarErrors {
  private PulsarErrors() {}

  static PandionException channel(
      Reason reason, String pchannel, String what, @Nullable Throwable cause) {
    return new PandionException(
        reason,
        Subject.CHANNEL,
        "channel " + pchannel + ": " + what + (cause == null ? "" : ": " + cause),
        cause);
  }

  static PandionException fenced(String pchannel, long term, String by) {
    return channel(Reason.FENCED, pchannel, "term " + term + " is fenced by " + by, null);
  }

  /// FENCED when another producer has taken the topic; else what it is.
  static Throwable of(String pchannel, long term, Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return cause instanceof PulsarClientException.ProducerFencedException
            || cause instanceof PulsarClientException.ProducerBusyException
        ? fenced(pchannel, term, "another owner's producer")
        : cause;
  }

  /// Whether the settings must change, or the rights of who they name: trying again cannot help.
  static boolean isOfSettings(PulsarClientException e) {
    return e instanceof PulsarClientException.AuthenticationException
        || e instanceof PulsarClientException.AuthorizationException
        || e instanceof PulsarClientException.UnsupportedAuthenticationException
        || e instanceof PulsarClientException.GettingAuthenticationDataException
        || e instanceof PulsarClientException.InvalidConfigurationException
        || e instanceof PulsarClientException.InvalidServiceURL;
  }
}
