package io.pandion.wal.pulsar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.TestCertificate;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalPayload;
import io.pandion.wal.WalReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A broker that wants TLS and a token: Pulsar's own client settings reach our client.
@Timeout(180)
final class PulsarSecurityTest {
  private static final byte[] KEY =
      "a key of thirty-two bytes or more".getBytes(StandardCharsets.US_ASCII);
  @TempDir private static Path directory;
  private static TestCertificate certificate;
  private static PulsarBroker broker;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    certificate = TestCertificate.make(directory);
    Path key = Files.write(directory.resolve("token.key"), KEY);
    port = PulsarBroker.freePort();
    broker =
        PulsarBroker.startSecured(
            directory.resolve("broker"), certificate, port, key, token("admin", KEY));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  /// A JSON web token (RFC 7519) of a role.
  private static String token(String role, byte[] key) throws Exception {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String text =
        base64.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + base64.encodeToString(
                ("{\"sub\":\"" + role + "\"}").getBytes(StandardCharsets.UTF_8));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return text
        + "."
        + base64.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static Map<String, String> client(String token) {
    Map<String, String> settings = new HashMap<>();
    settings.put("serviceUrl", "pulsar+ssl://127.0.0.1:" + port);
    settings.put("authPluginClassName", "org.apache.pulsar.client.impl.auth.AuthenticationToken");
    settings.put("authParams", "token:" + token);
    settings.put("tlsTrustCertsFilePath", certificate.certificate().toString());
    settings.put("operationTimeoutMs", "8000");
    settings.put("lookupTimeoutMs", "8000");
    return settings;
  }

  private static PulsarWalProvider provider(Map<String, String> client) {
    return new PulsarWalProvider(
        new PulsarWalSettings("persistent://public/default/secured-", client), System::nanoTime);
  }

  private static WalMessage message(long term, long lsn) {
    return new WalMessage(
        lsn, term, lsn * 10, "c_v0", WalBody.of(new WalPayload.DropPartition(lsn, 7)));
  }

  @Test
  void the_log_is_opened_written_read_truncated_and_taken_over() throws Exception {
    String token = token("admin", KEY);
    try (PulsarWalProvider first = provider(client(token));
        PulsarWalProvider second = provider(client(token))) {
      Wal old = first.open("c", 1);
      old.append(List.of(message(1, 1), message(1, 2))).join();
      Wal wal = second.open("c", 2);
      assertThat(old.append(List.of(message(1, 3)))).failsWithin(Duration.ofSeconds(60));
      wal.append(List.of(message(2, 3))).join();
      List<Long> lsns = new ArrayList<>();
      try (WalReader reader = wal.read(1)) {
        for (WalMessage m = reader.next(); m != null; m = reader.next()) {
          lsns.add(m.lsn());
        }
      }
      assertThat(lsns).containsExactly(1L, 2L, 3L);
      wal.truncate(3);
      second.remove("c");
    }
  }

  private static void assertRefused(Map<String, String> client, Reason... reasons) {
    try (PulsarWalProvider provider = provider(client)) {
      assertThatThrownBy(() -> provider.open("refused", 1))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> {
                assertThat(e.reason()).isIn(List.of(reasons));
                assertThat(e.getMessage())
                    .contains("refused")
                    .doesNotContain(
                        client.getOrDefault("authParams", "").substring("token:".length()));
              });
    }
  }

  @Test
  void a_token_that_another_key_signed_is_refused() throws Exception {
    byte[] other = KEY.clone();
    other[0]++;
    assertRefused(client(token("admin", other)), Reason.INVALID_REQUEST);
  }

  @Test
  void a_role_without_rights_is_refused() throws Exception {
    assertRefused(client(token("passer-by", KEY)), Reason.INVALID_REQUEST);
  }

  @Test
  void a_server_that_is_not_trusted_is_refused() throws Exception {
    Map<String, String> untrusting = client(token("admin", KEY));
    untrusting.remove("tlsTrustCertsFilePath");
    assertRefused(untrusting, Reason.UNAVAILABLE_RETRY, Reason.INVALID_REQUEST);
  }

  @Test
  void settings_do_not_print_what_is_secret() throws Exception {
    String token = token("admin", KEY);
    assertThat(new PulsarWalSettings("persistent://public/default/x", client(token)).toString())
        .contains("authParams", "127.0.0.1:" + port)
        .doesNotContain(token);
  }
}
