package io.pandion.wal.pulsar;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.Wal;
import io.pandion.wal.WalProvider;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.ProducerAccessMode;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SizeUnit;
import org.jspecify.annotations.Nullable;

/// Logs on Pulsar, a topic for each pchannel; [PulsarRecords] specifies the messages.
///
/// Opening a log takes the topic from every earlier owner (`ExclusiveWithFencing`), also one of the
/// same term, in every process, and writes a fence, so that readers see the same order of owners.
/// Any number of threads.
public final class PulsarWalProvider implements WalProvider {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,200}");
  private static final int BATCH_BYTES = 1 << 20;
  private static final int BATCH_MESSAGES = 4_096;
  private static final int FENCE_SECONDS = 30;

  private final PulsarWalSettings settings;
  private final LongSupplier nanos;
  private final Set<PulsarWal> open = ConcurrentHashMap.newKeySet();
  private @Nullable PulsarClient client;

  /// Connects at the first opening.
  ///
  /// @param nanos a clock that does not go back
  public PulsarWalProvider(PulsarWalSettings settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
  }

  @Override
  public String name() {
    return "pulsar";
  }

  private synchronized PulsarClient client() throws PulsarClientException {
    PulsarClient made = client;
    if (made == null) {
      try {
        made =
            PulsarClient.builder()
                // what may be under way is bounded by each log
                .memoryLimit(0, SizeUnit.BYTES)
                // else a broker that was away for long is looked for once a minute
                .maxBackoffInterval(5, TimeUnit.SECONDS)
                .loadConf(new HashMap<>(settings.client()))
                .build();
      } catch (IllegalArgumentException e) {
        throw PandionException.invalid("settings of the Pulsar log: " + e.getMessage());
      }
      client = made;
    }
    return made;
  }

  /// Opens a log, or makes it. Reads what is retained of it once.
  ///
  /// @throws PandionException FENCED when a higher term was opened before, INVALID_REQUEST for a
  ///   name that is not `[A-Za-z0-9_-]{1,200}`, a negative term or wrong client settings,
  ///   UNAVAILABLE_RETRY when Pulsar does not answer, CORRUPT_DATA when the topic holds messages
  ///   that are none of ours
  @Override
  public Wal open(String pchannel, long term, long firstLsn) {
    checkName(pchannel);
    if (term < 0) {
      throw PandionException.invalid("channel " + pchannel + ": term " + term + " is negative");
    }
    try {
      PulsarLog log = log(pchannel);
      log.hold();
      PulsarMarks marks = new PulsarMarks();
      try (PulsarLogEnd end = new PulsarLogEnd(log, marks, firstLsn)) {
        end.readOn();
        // Before the topic is taken from its owner.
        requireTerm(pchannel, term, end.term());
        Producer<byte[]> producer = producer(log);
        try {
          MessageId fence = written(PulsarRecords.fence(producer, term).sendAsync());
          requireTerm(pchannel, term, end.readTo(PulsarRecords.position(fence)));
          PulsarWal wal =
              new PulsarWal(term, fence, firstLsn, end, log, marks, producer, open::remove, nanos);
          open.add(wal);
          return wal;
        } catch (PulsarClientException | RuntimeException e) {
          var _ = producer.closeAsync();
          throw e;
        }
      }
    } catch (PulsarClientException e) {
      Throwable told = PulsarErrors.of(pchannel, term, e);
      throw told instanceof PandionException fenced ? fenced : failed(pchannel, "open", e);
    }
  }

  /// A send has no end of its own.
  private static MessageId written(CompletableFuture<MessageId> sent) throws PulsarClientException {
    try {
      return sent.get(FENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PulsarClientException(e);
    } catch (ExecutionException e) {
      throw PulsarClientException.unwrap(e.getCause());
    } catch (TimeoutException e) {
      throw new PulsarClientException.TimeoutException("no answer for " + FENCE_SECONDS + " s");
    }
  }

  private static void checkName(String pchannel) {
    if (!NAME.matcher(pchannel).matches()) {
      throw PandionException.invalid(
          "'" + pchannel + "' is not a name of a channel: use 1 to 200 of A-Z a-z 0-9 _ -");
    }
  }

  private PulsarLog log(String pchannel) throws PulsarClientException {
    return new PulsarLog(pchannel, settings.topicPrefix() + pchannel, client());
  }

  private PandionException failed(String pchannel, String what, PulsarClientException e) {
    return PulsarErrors.channel(
        PulsarErrors.isOfSettings(e) ? Reason.INVALID_REQUEST : Reason.UNAVAILABLE_RETRY,
        pchannel,
        "cannot " + what + " the log on Pulsar at " + settings.serviceUrl(),
        e);
  }

  @Override
  public void prepare(String pchannel) {
    checkName(pchannel);
    try {
      PulsarLog log = log(pchannel);
      log.hold();
      // The first clients of a process take longest.
      try (PulsarLog.Cursor cursor = log.cursor(MessageId.earliest)) {
        boolean _ = cursor.hasNext();
      }
    } catch (PulsarClientException e) {
      throw failed(pchannel, "make", e);
    }
  }

  /// Holds its messages no more: Pulsar removes them, and the topic when its policy for inactive
  /// topics says so.
  @Override
  public void remove(String pchannel) {
    checkName(pchannel);
    List.copyOf(open).stream()
        .filter(wal -> wal.pchannel().equals(pchannel))
        .forEach(PulsarWal::close);
    try {
      log(pchannel).letGo();
    } catch (PulsarClientException e) {
      throw failed(pchannel, "remove", e);
    }
  }

  private static void requireTerm(String pchannel, long term, long found) {
    if (found > term) {
      throw PulsarErrors.fenced(pchannel, term, "term " + found);
    }
  }

  private static Producer<byte[]> producer(PulsarLog log) throws PulsarClientException {
    return log.client()
        .newProducer(Schema.BYTES)
        .topic(log.topic())
        .accessMode(ProducerAccessMode.ExclusiveWithFencing)
        .enableBatching(true)
        .batchingMaxBytes(BATCH_BYTES)
        .batchingMaxMessages(BATCH_MESSAGES)
        .batchingMaxPublishDelay(1, TimeUnit.MILLISECONDS)
        .maxPendingMessages(0)
        .blockIfQueueFull(false)
        // a send waits for a broker that is away, or is refused by the log before it begins
        .sendTimeout(0, TimeUnit.SECONDS)
        .create();
  }

  /// Closes every log that is still open.
  @Override
  public void close() {
    List.copyOf(open).forEach(PulsarWal::close);
    PulsarClient made;
    synchronized (this) {
      made = client;
      client = null;
    }
    if (made != null) {
      try {
        made.close();
      } catch (PulsarClientException e) {
        throw PandionException.unavailable("the Pulsar client does not close: " + e);
      }
    }
  }
}
