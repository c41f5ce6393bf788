package io.pandion.wal.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.wal.Wal;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/// The log on the image of Kafka that people run; skips itself where no Docker runs.
final class KafkaContainerTest {
  @Test
  void the_log_is_kept_by_the_official_image() {
    Assumptions.assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(), "no Docker runs here");
    try (KafkaContainer kafka = new KafkaContainer("apache/kafka:4.0.0")) {
      kafka.start();
      KafkaWalSettings settings = KafkaWalSettings.defaults(kafka.getBootstrapServers());
      try (KafkaWalProvider provider = new KafkaWalProvider(settings, System::nanoTime)) {
        Wal wal = provider.open("c", 1);
        Messages.append(wal, 1, 100);
        wal.truncate(50);
      }
      try (KafkaWalProvider provider = new KafkaWalProvider(settings, System::nanoTime)) {
        Wal wal = provider.open("c", 2);
        assertThat(wal.nextLsn()).isEqualTo(101);
        assertThat(Messages.lsns(wal, 50)).hasSize(51).isSorted();
      }
    }
  }
}
