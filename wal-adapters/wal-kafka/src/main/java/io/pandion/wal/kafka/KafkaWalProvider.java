package io.pandion.wal.kafka;

import io.pandion.model.PandionException;
import io.pandion.wal.Wal;
import io.pandion.wal.WalProvider;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/// Logs on Kafka, a topic of one partition for each pchannel; [KafkaRecords] specifies the records.
///
/// Opening a log writes a fence, which ends the reign of every earlier opening, also one of the
/// same term, in every process: see [KafkaWal]. Any number of threads.
public final class KafkaWalProvider implements WalProvider {
  /// A send has no end of its own.
  private static final int FENCE_SECONDS = 30;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,200}");

  private final KafkaWalSettings settings;
  private final LongSupplier nanos;
  private final KafkaClients clients;
  private final Set<KafkaWal> open = ConcurrentHashMap.newKeySet();

  /// Connects at the first opening.
  ///
  /// @param nanos a clock that does not go back
  public KafkaWalProvider(KafkaWalSettings settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
    this.clients = new KafkaClients(settings);
  }

  @Override
  public String name() {
    return "kafka";
  }

  /// Opens a log, or makes it.
  ///
  /// @throws PandionException FENCED when a higher term was opened before, INVALID_REQUEST for a
  ///   name that is not `[A-Za-z0-9_-]{1,200}`, a negative term, wrong client settings or a topic
  ///   that is not safe, UNAVAILABLE_RETRY when Kafka does not answer, CORRUPT_DATA when the topic
  ///   holds records that are none of ours
  @Override
  public Wal open(String pchannel, long term, long firstLsn) {
    checkName(pchannel);
    if (term < 0) {
      throw PandionException.invalid("channel " + pchannel + ": term " + term + " is negative");
    }
    return onKafka(
        pchannel,
        () -> {
          KafkaTopic topic = topic(pchannel);
          topic.ensure();
          KafkaLog log = new KafkaLog(pchannel, topic.name(), clients);
          Producer<byte[], byte[]> producer = clients.producer(Wal.MAX_UNACKNOWLEDGED_BYTES);
          try {
            return open(log, term, firstLsn, producer);
          } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw e;
          }
        });
  }

  private static void checkName(String pchannel) {
    if (!NAME.matcher(pchannel).matches()) {
      throw PandionException.invalid(
          "'" + pchannel + "' is not a name of a channel: use 1 to 200 of A-Z a-z 0-9 _ -");
    }
  }

  private KafkaTopic topic(String pchannel) {
    return new KafkaTopic(clients.admin(), pchannel, settings);
  }

  private <T> T onKafka(String pchannel, Supplier<T> action) {
    try {
      return action.get();
    } catch (KafkaException e) {
      throw KafkaErrors.channel(
          KafkaErrors.reason(e),
          pchannel,
          "cannot open the log on Kafka at " + settings.bootstrapServers(),
          e);
    }
  }

  private KafkaWal open(KafkaLog log, long term, long firstLsn, Producer<byte[], byte[]> producer) {
    long fence;
    try {
      fence =
          producer
              .send(KafkaRecords.fence(log.topic(), term))
              .get(FENCE_SECONDS, TimeUnit.SECONDS)
              .offset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new org.apache.kafka.common.errors.InterruptException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw KafkaErrors.channel(
          KafkaErrors.reason(e),
          log.pchannel(),
          "cannot write to topic " + log.topic() + " at " + settings.bootstrapServers(),
          e.getCause() == null ? e : e.getCause());
    }
    LogEnd end = LogEnd.before(fence, log, firstLsn);
    if (end.term() > term) {
      throw KafkaErrors.fenced(log.pchannel(), term, end.term());
    }
    KafkaWal wal = new KafkaWal(term, fence, firstLsn, end, log, producer, open::remove, nanos);
    open.add(wal);
    return wal;
  }

  @Override
  public void prepare(String pchannel) {
    checkName(pchannel);
    onKafka(
        pchannel,
        () -> {
          KafkaTopic topic = topic(pchannel);
          topic.ensure();
          // The first clients of a process take longest.
          Producer<byte[], byte[]> producer = clients.producer(Wal.MAX_UNACKNOWLEDGED_BYTES);
          try {
            producer.partitionsFor(topic.name());
          } finally {
            producer.close(Duration.ZERO);
          }
          return new KafkaLog(pchannel, topic.name(), clients).begin();
        });
  }

  /// Deletes the topic.
  @Override
  public void remove(String pchannel) {
    checkName(pchannel);
    List.copyOf(open).stream()
        .filter(wal -> wal.pchannel().equals(pchannel))
        .forEach(KafkaWal::close);
    onKafka(
        pchannel,
        () -> {
          topic(pchannel).delete();
          return true;
        });
  }

  /// Closes every log that is still open.
  @Override
  public void close() {
    List.copyOf(open).forEach(KafkaWal::close);
    clients.close();
  }
}
