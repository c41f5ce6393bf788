package io.pandion.wal.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// Makes Kafka's clients, and lends consumers: connecting one takes longer than a short read. Any
/// number of threads.
final class KafkaClients implements AutoCloseable {
  private static final int MOST_IDLE = 4;
  private static final int BATCH_BYTES = 512 << 10;

  private final KafkaWalSettings settings;
  private final Deque<Consumer<byte[], byte[]>> idle = new ArrayDeque<>();
  private @Nullable Admin admin;
  private boolean closed;

  KafkaClients(KafkaWalSettings settings) {
    this.settings = settings;
  }

  synchronized Admin admin() {
    Admin made = admin;
    if (made == null) {
      made = Admin.create(new HashMap<String, Object>(settings.client()));
      admin = made;
    }
    return made;
  }

  /// A producer of one opening: of its own, so that its failure stops no other log.
  ///
  /// @param unacknowledgedBytes that it must be able to hold without blocking
  Producer<byte[], byte[]> producer(int unacknowledgedBytes) {
    Map<String, Object> config = new HashMap<>();
    // Waiting only adds to the latency: what comes while requests are under way shares the next.
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    // Small batches take a whole buffer each, so that room for the bytes alone would not do.
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * unacknowledgedBytes);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 4 << 20);
    // A record waits for brokers that are away, or is refused by the log before it is sent: when
    // one record fails, all behind it fail, and the log stops. To begin anew with the bootstrap
    // servers, as a producer does by default, would make it forget the topic and fail what waits.
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5_000);
    config.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
    config.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(1).toMillis());
    config.putAll(settings.client());
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    ByteArraySerializer bytes = new ByteArraySerializer();
    return new KafkaProducer<>(config, bytes, bytes);
  }

  /// Lends a consumer that nobody else uses; give it back with [#giveBack].
  Consumer<byte[], byte[]> consumer() {
    synchronized (this) {
      Consumer<byte[], byte[]> found = idle.poll();
      if (found != null) {
        return found;
      }
    }
    Map<String, Object> config = new HashMap<>();
    // A fetch behind the end must not hold up the next read of the same consumer.
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 4_000);
    config.putAll(settings.client());
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    return new KafkaConsumer<>(config, bytes, bytes);
  }

  void giveBack(Consumer<byte[], byte[]> consumer) {
    synchronized (this) {
      if (!closed && idle.size() < MOST_IDLE) {
        idle.push(consumer);
        return;
      }
    }
    discard(consumer);
  }

  /// For one that failed.
  static void discard(Consumer<byte[], byte[]> consumer) {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  @Override
  public void close() {
    Admin made;
    Deque<Consumer<byte[], byte[]>> rest;
    synchronized (this) {
      closed = true;
      made = admin;
      admin = null;
      rest = new ArrayDeque<>(idle);
      idle.clear();
    }
    rest.forEach(KafkaClients::discard);
    if (made != null) {
      made.close(Duration.ofSeconds(5));
    }
  }
}
