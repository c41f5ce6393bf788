package io.pandion.wal.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One broker for all test classes of a run, started when it is first needed.
final class SharedBroker {
  private static @Nullable KafkaBroker broker;

  private SharedBroker() {}

  static synchronized KafkaBroker get() {
    KafkaBroker started = broker;
    if (started == null) {
      try {
        Path directory = Files.createTempDirectory("kafka-broker");
        started = KafkaBroker.start(directory);
        KafkaBroker ends = started;
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      ends.close();
                      remove(directory);
                    }));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      broker = started;
    }
    return started;
  }

  /// Settings of topics with that prefix; failures show after some seconds.
  static KafkaWalSettings settings(String prefix) {
    return settings(prefix, Map.of());
  }

  static KafkaWalSettings settings(String prefix, Map<String, String> more) {
    Map<String, String> client = new HashMap<>();
    client.put("bootstrap.servers", get().bootstrapServers());
    client.put("request.timeout.ms", "3000");
    client.put("delivery.timeout.ms", "6000");
    client.putAll(more);
    return new KafkaWalSettings(prefix, 1, client);
  }

  static void remove(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
