package io.pandion.wal.kafka;

import io.pandion.wal.WalRace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log beside Kafka's bare producer with the same settings. No test: run it by its name, see
/// `docs/benchmarks.md`; `-Dbootstrap=host:port` for a broker that is there.
final class KafkaWalSpeed {
  @TempDir private Path directory;

  @Test
  void beside_the_bare_producer() throws Exception {
    String there = System.getProperty("bootstrap", "");
    if (!there.isEmpty()) {
      run(there);
      return;
    }
    try (KafkaBroker broker = KafkaBroker.start(directory)) {
      run(broker.bootstrapServers());
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
    List<Header> headers =
        Boolean.getBoolean("headers")
            ? List.of(
                new RecordHeader("kind", new byte[5]),
                new RecordHeader("tick", new byte[8]),
                new RecordHeader("log", new byte[32]))
            : List.of();
    return new WalRace.Log() {
      @Override
      public CompletableFuture<?> append() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        var _ =
            producer.send(
                new ProducerRecord<>(name, 0, null, key, value, headers),
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
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", servers))) {
          admin.deleteTopics(List.of(name)).all().get();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }
}
