package io.pandion.wal.kafka;

import io.pandion.wal.WalRace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// The log beside Kafka's bare producer with the same settings: `java … KafkaWalSpeed [bootstrap
/// servers]`. Without an argument it starts a broker of its own.
final class KafkaWalSpeed {
  private KafkaWalSpeed() {}

  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      run(args[0]);
      return;
    }
    Path directory = Files.createTempDirectory("kafka-speed");
    try (KafkaBroker broker = KafkaBroker.start(directory)) {
      run(broker.bootstrapServers());
    } finally {
      SharedBroker.remove(directory);
    }
  }

  private static void run(String servers) throws Exception {
    AtomicInteger topics = new AtomicInteger();
    try (KafkaWalProvider provider =
        new KafkaWalProvider(KafkaWalSettings.defaults(servers), System::nanoTime)) {
      new WalRace(provider, bytes -> bare(servers, topics.incrementAndGet(), bytes)).run();
    }
  }

  private static WalRace.Log bare(String servers, int topic, int bytes) {
    String name = "bare-" + topic;
    try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", servers))) {
      admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                servers,
                "acks",
                "all",
                "enable.idempotence",
                true,
                "linger.ms",
                0,
                "batch.size",
                512 << 10,
                "buffer.memory",
                128L << 20,
                "max.request.size",
                4 << 20),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    byte[] key = WalRace.KEY.getBytes(StandardCharsets.UTF_8);
    byte[] value = WalRace.value(bytes);
    return new WalRace.Log() {
      @Override
      public CompletableFuture<?> append() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        var _ =
            producer.send(
                new ProducerRecord<>(name, key, value),
                (_, failure) -> {
                  if (failure == null) {
                    done.complete(null);
                  } else {
                    done.completeExceptionally(failure);
                  }
                });
        return done;
      }

      @Override
      public void close() {
        producer.close();
      }
    };
  }
}
