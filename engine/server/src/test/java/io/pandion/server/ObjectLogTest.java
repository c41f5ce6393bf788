package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.Column;
import io.pandion.server.client.MilvusClient;
import io.pandion.storage.s3.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A standalone server whose log and bucket are objects: killed, started again, it has every row.
@Timeout(300)
class ObjectLogTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  @TempDir private static Path directory;
  private static S3Server s3;

  @BeforeAll
  static void start() throws IOException {
    s3 = new S3Server(directory.resolve("s3"));
    s3.bucket("pandion");
  }

  @AfterAll
  static void stop() {
    s3.close();
  }

  private static List<String> settings(String kind, Path data) {
    List<String> settings = new ArrayList<>(List.of("--set", "wal.type=object"));
    if (kind.startsWith("named")) {
      settings.addAll(List.of("--set", "wal.commit=meta"));
    }
    if (kind.equals("s3a")) {
      for (String setting :
          List.of(
              "storage.root=s3a://pandion/" + data.getFileName(),
              "storage.endpoint=" + s3.endpoint(),
              "storage.accessKey=" + S3Server.KEYS.accessKey(),
              "storage.secretKey=" + S3Server.KEYS.secretKey())) {
        settings.addAll(List.of("--set", setting));
      }
    }
    return settings;
  }

  private static ChildServer server(String kind, Path data) throws IOException {
    return ChildServer.standalone(data, settings(kind, data).toArray(String[]::new));
  }

  private static Map<String, Column> points(int first) {
    Map<String, Column> columns = new LinkedHashMap<>();
    columns.put("id", Column.Longs.of(first, first + 1, first + 2));
    columns.put("name", Column.Strings.of("a" + first, "b" + first, "c" + first));
    columns.put(
        "at", new Column.FloatVectors(new float[] {first, 1, first + 1, 2, first + 2, 3}, 2));
    return columns;
  }

  private static String nearest(MilvusClient client, float at) {
    return client
        .search("points", "at", new float[] {at, 3}, 1, "L2", "{}", "", List.of("name"))
        .getFirst()
        .values()
        .getFirst()
        .toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "s3a", "named-file"})
  void rows_outlive_sigkill_and_sigterm(String kind) throws Exception {
    Path data = directory.resolve("data-" + kind);
    try (ChildServer server = server(kind, data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      assertThat(server.text()).contains("log    objects in the bucket");
      client.createCollection("points", "id", points(1));
      client.insert("points", points(1), 0, 3);
      client.createIndex("points", "at", Map.of("index_type", "FLAT", "metric_type", "L2"));
      client.load("points", PATIENCE);
      client.insert("points", points(11), 0, 3);
      assertThat(nearest(client, 13)).isEqualTo("c11");
      server.kill();
      server.awaitExit();
    }
    try (ChildServer server = server(kind, data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      client.load("points", PATIENCE);
      assertThat(client.count("points")).isEqualTo(6);
      assertThat(nearest(client, 13)).isEqualTo("c11");
      client.delete("points", "id in [13]");
      client.flush("points", PATIENCE);
      client.insert("points", points(21), 0, 3);
      server.terminate();
      assertThat(server.awaitExit()).as(server.text()).isZero();
    }
    try (ChildServer server = server(kind, data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      client.load("points", PATIENCE);
      assertThat(client.count("points")).isEqualTo(8);
      assertThat(nearest(client, 23)).isEqualTo("c21");
      server.kill();
      server.awaitExit();
    }
    assertThat(data.resolve("wal")).doesNotExist();
    if (kind.equals("s3a")) {
      assertThat(data.resolve("bucket")).doesNotExist();
      try (var left = Files.list(data.resolve("work"))) {
        assertThat(left.filter(Files::isRegularFile)).isEmpty();
      }
    }
  }

  /// All channels share one stream of objects: one that is not written any more, with or without
  /// rows, must not keep what the others have let go.
  @Test
  void the_log_stays_short_beside_collections_that_are_not_written() throws Exception {
    Path data = directory.resolve("data-idle");
    String[] settings = {
      "--set", "wal.type=object", "--set", "streaming.segmentMaxAge=1s", "--set", "wal.window=5ms"
    };
    try (ChildServer server = ChildServer.standalone(data, settings);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      client.createCollection("empty", "id", points(1));
      client.createCollection("points", "id", points(1));
      client.insert("points", points(1), 0, 3);
      client.createCollection("busy", "id", points(1));
      for (int i = 0; i < 200; i++) {
        client.insert("busy", points(3 * i), 0, 3);
      }
      assertThat(logObjects(data)).isGreaterThan(0);
      Poll.until("the log is short", () -> logObjects(data) < 40);
      server.kill();
      server.awaitExit();
    }
    try (ChildServer server = ChildServer.standalone(data, settings);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      for (Map.Entry<String, Long> one :
          Map.of("empty", 0L, "points", 3L, "busy", 600L).entrySet()) {
        client.createIndex(one.getKey(), "at", Map.of("index_type", "FLAT", "metric_type", "L2"));
        client.load(one.getKey(), PATIENCE);
        assertThat(client.count(one.getKey())).as(one.getKey()).isEqualTo(one.getValue());
      }
    }
  }

  private static long logObjects(Path data) {
    try (var files = Files.walk(data.resolve("bucket/wal/v1"))) {
      return files.filter(Files::isRegularFile).count();
    } catch (IOException | UncheckedIOException e) {
      return Long.MAX_VALUE; // a file went while it was looked for
    }
  }

  @Test
  void a_log_is_not_opened_in_the_other_mode() throws Exception {
    Path data = directory.resolve("data-mode");
    try (ChildServer server = server("file", data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      client.createCollection("points", "id", points(1));
      client.insert("points", points(1), 0, 3);
      server.kill();
      server.awaitExit();
    }
    try (ChildServer server = server("named-file", data)) {
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.text()).contains("set wal.commit: store").contains("pandion wal switch");
    }
    try (ChildServer server = server("file", data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      client.createIndex("points", "at", Map.of("index_type", "FLAT", "metric_type", "L2"));
      client.load("points", PATIENCE);
      assertThat(client.count("points")).isEqualTo(3);
      server.kill();
      server.awaitExit();
    }
  }

  @Test
  void a_bucket_that_cannot_be_used_refuses_to_start_and_says_why() throws Exception {
    Path data = directory.resolve("data-refused");
    List<String> missing = settings("s3a", data);
    missing.replaceAll(s -> s.replace("s3a://pandion/", "s3a://nowhere/"));
    try (ChildServer server = ChildServer.standalone(data, missing.toArray(String[]::new))) {
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.text())
          .contains("bucket 'nowhere' does not exist")
          .contains("storage.root");
    }
    List<String> wrong = settings("s3a", data);
    wrong.replaceAll(s -> s.replace(S3Server.KEYS.secretKey(), "wrong"));
    try (ChildServer server = ChildServer.standalone(data, wrong.toArray(String[]::new))) {
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.text()).contains("credentials").contains("storage.secretKey");
      assertThatThrownBy(server::awaitReady).isInstanceOf(AssertionError.class);
    }
  }
}
