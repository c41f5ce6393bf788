package io.pandion.wal.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.TestCertificate;
import io.pandion.wal.Wal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A broker that wants TLS and a password: Kafka's own client settings reach each of our clients.
@Timeout(120)
final class KafkaSecurityTest {
  @TempDir private static Path directory;
  private static TestCertificate certificate;
  private static KafkaBroker broker;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    certificate = TestCertificate.make(directory);
    port = KafkaBroker.freePorts(1).getFirst();
    broker =
        KafkaBroker.startSecured(
            directory.resolve("broker"), certificate, port, "pandion", "osprey");
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static Map<String, String> client(String password) {
    Map<String, String> settings = new HashMap<>();
    settings.put("bootstrap.servers", "127.0.0.1:" + port);
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", "PLAIN");
    settings.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " username=\"pandion\" password=\""
            + password
            + "\";");
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", certificate.certificate().toString());
    settings.put("default.api.timeout.ms", "8000");
    settings.put("request.timeout.ms", "4000");
    settings.put("max.block.ms", "8000");
    return settings;
  }

  private static KafkaWalProvider provider(Map<String, String> client) {
    return new KafkaWalProvider(new KafkaWalSettings("secured-", 0, client), System::nanoTime);
  }

  @Test
  void the_log_is_opened_written_read_truncated_and_taken_over() {
    try (KafkaWalProvider first = provider(client("osprey"));
        KafkaWalProvider second = provider(client("osprey"))) {
      Wal old = first.open("c", 1);
      Messages.append(old, 1, 3);
      Wal wal = second.open("c", 2);
      assertThat(old.append(List.of(Messages.message(1, 4)))).failsWithin(Duration.ofSeconds(60));
      Messages.append(wal, 2, 2);
      assertThat(Messages.lsns(wal, 1)).containsExactly(1L, 2L, 3L, 4L, 5L);
      wal.truncate(5);
      second.remove("c");
    }
  }

  private static void assertRefused(Map<String, String> client, String because, Reason... reasons) {
    try (KafkaWalProvider provider = provider(client)) {
      assertThatThrownBy(() -> provider.open("refused", 1))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> {
                assertThat(e.reason()).isIn(List.of(reasons));
                assertThat(e.getMessage())
                    .contains("channel refused", "127.0.0.1:" + port, because)
                    .doesNotContain("vulture");
              });
    }
  }

  @Test
  void a_wrong_password_is_refused_and_not_repeated_in_the_message() {
    assertRefused(client("vulture"), "Authentication failed", Reason.INVALID_REQUEST);
  }

  @Test
  void a_server_that_is_not_trusted_is_refused() {
    Map<String, String> untrusting = client("osprey");
    untrusting.remove("ssl.truststore.type");
    untrusting.remove("ssl.truststore.location");
    assertRefused(untrusting, "SSL handshake failed", Reason.INVALID_REQUEST);
  }

  /// The broker cannot be told from one that does not answer.
  @Test
  void a_client_without_tls_is_refused_in_time() {
    Map<String, String> plain = client("osprey");
    plain.put("security.protocol", "PLAINTEXT");
    assertRefused(plain, "does not tell about topic secured-refused", Reason.UNAVAILABLE_RETRY);
  }

  @Test
  void settings_do_not_print_what_is_secret() {
    assertThat(new KafkaWalSettings("secured-", 0, client("osprey")).toString())
        .contains("sasl.jaas.config", "127.0.0.1:" + port)
        .doesNotContain("osprey");
  }
}
