package io.pandion.server;

import io.pandion.wal.WalProvider;
import io.pandion.wal.kafka.KafkaWalProvider;
import io.pandion.wal.kafka.KafkaWalSettings;
import io.pandion.wal.local.LocalWalProvider;
import io.pandion.wal.local.LocalWalSettings;
import io.pandion.wal.pulsar.PulsarWalProvider;
import io.pandion.wal.pulsar.PulsarWalSettings;
import java.util.HashMap;
import java.util.Map;

/// The log that the setting `wal.type` names.
final class ChosenLog {
  private static final String KAFKA = "wal.kafka.";
  private static final String PULSAR = "wal.pulsar.";

  private ChosenLog() {}

  /// @throws io.pandion.model.PandionException INVALID_REQUEST when its settings are wrong
  static WalProvider of(Settings.Log log) {
    return switch (log.type()) {
      case "kafka" -> {
        Map<String, Object> own = below(KAFKA, log.brokers());
        String prefix = String.valueOf(own.remove("topicPrefix"));
        Object replicas = own.remove("replicationFactor");
        yield new KafkaWalProvider(
            new KafkaWalSettings(
                prefix, replicas instanceof Long n ? Math.toIntExact(n) : 0, texts(own)));
      }
      case "pulsar" -> {
        Map<String, Object> own = below(PULSAR, log.brokers());
        String prefix = String.valueOf(own.remove("topicPrefix"));
        yield new PulsarWalProvider(new PulsarWalSettings(prefix, texts(own)));
      }
      default ->
          new LocalWalProvider(
              log.directory(),
              new LocalWalSettings(log.segmentBytes(), log.groupBytes(), log.preallocateBytes()));
    };
  }

  private static Map<String, Object> below(String prefix, Map<String, Object> values) {
    Map<String, Object> out = new HashMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            out.put(key.substring(prefix.length()), value);
          }
        });
    return out;
  }

  private static Map<String, String> texts(Map<String, Object> values) {
    Map<String, String> out = new HashMap<>();
    values.forEach((key, value) -> out.put(key, String.valueOf(value)));
    return out;
  }
}
