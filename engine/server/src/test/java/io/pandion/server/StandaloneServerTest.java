package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.server.client.MilvusClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class StandaloneServerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path data;

  private static Map<String, Column> points() {
    Map<String, Column> columns = new LinkedHashMap<>();
    columns.put("id", Column.Longs.of(1, 2, 3));
    columns.put("name", Column.Strings.of("one", "two", "three"));
    columns.put("at", new Column.FloatVectors(new float[] {1, 1, 2, 2, 3, 3}, 2));
    return columns;
  }

  private static void fill(MilvusClient client) {
    client.createCollection("points", "id", points());
    client.insert("points", points(), 0, 3);
    client.createIndex("points", "at", Map.of("index_type", "FLAT", "metric_type", "L2"));
    client.load("points", PATIENCE);
  }

  private static String nearest(MilvusClient client) {
    return client
        .search("points", "at", new float[] {2.9f, 3}, 1, "L2", "{}", "", List.of("name"))
        .getFirst()
        .values()
        .getFirst()
        .toString();
  }

  @Test
  void it_says_ready_and_stops_on_sigterm_with_code_0() throws Exception {
    try (ChildServer server = ChildServer.standalone(data)) {
      int port = server.awaitReady();
      try (MilvusClient client = new MilvusClient("127.0.0.1", port)) {
        assertThat(client.version(PATIENCE)).startsWith("v2.");
      }
      try (HttpClient http = HttpClient.newHttpClient()) {
        URI health = URI.create("http://127.0.0.1:" + port + "/healthz");
        var answer =
            http.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"healthy\":true");
      }
      server.terminate();
      assertThat(server.awaitExit()).isZero();
      assertThat(server.text())
          .contains("data   " + data)
          .contains("Next, in another terminal: ./pandion quickstart --port " + port)
          .endsWith("stopped")
          .doesNotContain("WARN", "ERROR", "Exception");
    }
  }

  @Test
  void rows_outlive_sigterm_and_sigkill() throws Exception {
    try (ChildServer server = ChildServer.standalone(data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      fill(client);
      assertThat(nearest(client)).isEqualTo("three");
      server.terminate();
      assertThat(server.awaitExit()).as(server.text()).isZero();
    }
    try (ChildServer server = ChildServer.standalone(data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      client.load("points", PATIENCE);
      assertThat(client.count("points")).isEqualTo(3);
      client.delete("points", "id in [3]");
      assertThat(nearest(client)).isEqualTo("two");
      server.kill();
      server.awaitExit();
    }
    try (ChildServer server = ChildServer.standalone(data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      client.load("points", PATIENCE);
      assertThat(client.count("points")).isEqualTo(2);
      assertThat(nearest(client)).isEqualTo("two");
    }
  }

  @Test
  void a_log_that_cannot_be_written_stops_the_server_and_loses_nothing() throws Exception {
    int rows = 30_000;
    Map<String, Column> columns = new LinkedHashMap<>();
    columns.put("id", Column.Longs.of(LongStream.range(0, rows).toArray()));
    columns.put("at", new Column.FloatVectors(new float[rows * 100], 100));
    int acknowledged = 0;
    try (ChildServer server = ChildServer.withLargestFile(4, data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      client.createCollection("points", "id", columns);
      client.createIndex("points", "at", Map.of("index_type", "FLAT", "metric_type", "L2"));
      try {
        for (int from = 0; from < rows; from += 100) {
          client.insert("points", columns, from, from + 100);
          acknowledged += 100;
        }
      } catch (PandionException refused) {
        assertThat(refused).hasMessageContaining("log");
      }
      assertThat(acknowledged).isPositive().isLessThan(rows);
      assertThat(server.awaitExit()).as(server.text()).isEqualTo(1);
      assertThat(server.text()).contains("is the disk full?");
    }
    try (ChildServer server = ChildServer.standalone(data);
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      client.load("points", PATIENCE);
      assertThat(client.count("points")).isBetween((long) acknowledged, (long) acknowledged + 100);
    }
  }

  @Test
  void a_log_that_is_not_the_one_the_files_came_from_is_refused() throws Exception {
    try (StandaloneServer server = new StandaloneServer(Settings.below(data));
        MilvusClient client = new MilvusClient("127.0.0.1", server.start())) {
      fill(client);
    }
    Files.move(data.resolve("wal"), data.resolve("elsewhere"));
    try (StandaloneServer server = new StandaloneServer(Settings.below(data))) {
      assertThatThrownBy(server::start)
          .isInstanceOf(PandionException.class)
          .hasMessageContaining("the log of channel pandion-dml_")
          .hasMessageContaining("is it the right log?");
    }
  }

  @Test
  void a_damaged_binlog_is_named_to_the_client() throws Exception {
    try (StandaloneServer server = new StandaloneServer(Settings.below(data));
        MilvusClient client = new MilvusClient("127.0.0.1", server.start())) {
      fill(client);
      client.flush("points", PATIENCE);
    }
    Path binlog;
    try (Stream<Path> files = Files.walk(data.resolve("bucket"))) {
      binlog = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(binlog);
    bytes[bytes.length / 2] ^= 1;
    Files.write(binlog, bytes);
    try (Stream<Path> files = Files.walk(data.resolve("cache"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    try (StandaloneServer server = new StandaloneServer(Settings.below(data));
        MilvusClient client = new MilvusClient("127.0.0.1", server.start())) {
      assertThatThrownBy(() -> client.load("points", PATIENCE))
          .hasMessageContaining(binlog.getFileName().toString());
      assertThatThrownBy(() -> client.count("points"))
          .hasMessageContaining(binlog.getFileName().toString());
    }
  }

  @Test
  void a_second_server_on_the_same_data_is_refused() throws Exception {
    try (ChildServer first = ChildServer.standalone(data)) {
      first.awaitReady();
      try (ChildServer second = ChildServer.standalone(data)) {
        assertThat(second.awaitExit()).isEqualTo(1);
        assertThat(second.text())
            .contains("data directory " + data + " is in use")
            .contains("process " + first.pid())
            .contains("--data")
            .doesNotContain("at io.pandion");
      }
    }
  }

  @Test
  void a_busy_port_is_said_and_nothing_stays_open() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Settings settings =
          SettingsSource.settings(
              null,
              Map.of(),
              Map.of("data.directory", data.toString(), "server.port", "" + busy.getLocalPort()),
              data);
      try (StandaloneServer server = new StandaloneServer(settings)) {
        assertThatThrownBy(server::start)
            .isInstanceOf(PandionException.class)
            .hasMessageContaining("127.0.0.1:" + busy.getLocalPort())
            .hasMessageContaining("--port");
      }
    }
    try (StandaloneServer server = new StandaloneServer(Settings.below(data))) {
      assertThat(server.start()).isPositive();
    }
  }

  @Test
  void a_data_directory_that_is_a_file_is_refused() throws Exception {
    Path file = Files.createFile(data.resolve("file"));
    try (StandaloneServer server = new StandaloneServer(Settings.below(file))) {
      assertThatThrownBy(server::start)
          .isInstanceOf(PandionException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void a_server_can_be_closed_and_started_again_in_one_process() {
    for (int i = 0; i < 2; i++) {
      try (StandaloneServer server = new StandaloneServer(Settings.below(data));
          MilvusClient client = new MilvusClient("127.0.0.1", server.start())) {
        if (i == 0) {
          fill(client);
        } else {
          client.load("points", PATIENCE);
        }
        assertThat(nearest(client)).isEqualTo("three");
      }
    }
  }
}
