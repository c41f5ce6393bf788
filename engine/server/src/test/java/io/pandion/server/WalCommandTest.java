package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.Column;
import io.pandion.server.client.MilvusClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The commands `wal switch` and `wal status`, as people use them.
@Timeout(300)
class WalCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  @TempDir private Path data;

  private record Ran(int code, String text) {}

  private static Ran wal(int port, String... arguments) {
    List<String> all = new ArrayList<>(List.of("wal"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--address", "127.0.0.1:" + port));
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(said, true, StandardCharsets.UTF_8);
    System.setOut(both);
    System.setErr(both);
    try {
      int code = Main.run(all.toArray(String[]::new));
      both.flush();
      return new Ran(code, said.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static Map<String, Column> points(int first) {
    Map<String, Column> columns = new LinkedHashMap<>();
    columns.put("id", Column.Longs.of(first, first + 1));
    columns.put("at", new Column.FloatVectors(new float[] {first, 1, first + 1, 2}, 2));
    return columns;
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void a_switch_that_cannot_be_is_refused_and_changes_nothing() throws Exception {
    String nobody = "wal.pulsar.serviceUrl=pulsar://127.0.0.1:" + closedPort();
    try (ChildServer server =
        ChildServer.standalone(data, "--set", nobody, "--set", "coordinator.channels=2")) {
      int port = server.awaitReady();
      Ran unknown = wal(port, "switch", "--to", "papyrus");
      assertThat(unknown.code).isEqualTo(1);
      assertThat(unknown.text)
          .contains("nothing was changed")
          .contains(
              "there is no log of type 'papyrus': choose one of [kafka, local, object, pulsar]");
      Ran unset = wal(port, "switch", "--to", "kafka");
      assertThat(unset.code).isEqualTo(1);
      assertThat(unset.text).contains("nothing was changed").contains("bootstrap.servers");
      Ran silent = wal(port, "switch", "--to", "pulsar");
      assertThat(silent.code).isEqualTo(1);
      assertThat(silent.text).contains("nothing was changed").contains("pulsar log pandion-dml_0-");
      Ran status = wal(port, "status");
      assertThat(status.code).isZero();
      assertThat(status.text)
          .contains("local pandion-dml_0 from lsn 1")
          .contains("local pandion-dml_1 from lsn 1")
          .doesNotContain("kafka", "pulsar");
      server.terminate();
      assertThat(server.awaitExit()).isZero();
      assertThat(server.text()).doesNotContain("papyrus log", "kafka log");
    }
    Ran nobodyThere = wal(closedPort(), "status");
    assertThat(nobodyThere.code).isEqualTo(1);
    assertThat(wal(1, "switch").code).as("--to is missing").isEqualTo(2);
  }

  @Test
  void what_was_switched_to_wins_over_the_settings() throws Exception {
    try (ChildServer server = ChildServer.standalone(data, "--set", "coordinator.channels=2");
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      int port = Integer.parseInt(client.address().split(":", 2)[1]);
      client.createCollection("points", "id", points(1));
      client.createIndex("points", "at", Map.of("index_type", "FLAT", "metric_type", "L2"));
      client.insert("points", points(1), 0, 2);
      Ran moved = wal(port, "switch", "--to", "object");
      assertThat(moved.code).as(moved.text).isZero();
      assertThat(moved.text)
          .contains("pandion-dml_0: the local log pandion-dml_0 goes on in the object log")
          .contains("pandion-dml_1: the local log pandion-dml_1 goes on in the object log")
          .contains("writes waited")
          .contains("The log is of type object now.");
      client.insert("points", points(11), 0, 2);
      Ran again = wal(port, "switch", "--to", "object");
      assertThat(again.text).contains("every channel's log is of type object already");
      Poll.until("the files of the local log are gone", () -> isEmpty(data.resolve("wal")));
      assertThat(wal(port, "status").text).contains("object pandion-dml_0-1 from lsn ");
      server.kill();
      server.awaitExit();
    }
    try (ChildServer server = ChildServer.standalone(data, "--set", "coordinator.channels=3");
        MilvusClient client = new MilvusClient("127.0.0.1", server.awaitReady())) {
      assertThat(server.text())
          .contains("wal.type is local in the settings, but the log was switched to object")
          .contains("log    objects in the bucket");
      client.load("points", PATIENCE);
      assertThat(client.count("points")).isEqualTo(4);
      int port = Integer.parseInt(client.address().split(":", 2)[1]);
      assertThat(wal(port, "status").text)
          .contains("object pandion-dml_2 from lsn 1")
          .doesNotContain("local");
      client.insert("points", points(21), 0, 2);
      assertThat(client.count("points")).isEqualTo(6);
      server.terminate();
      assertThat(server.awaitExit()).isZero();
    }
  }

  private static boolean isEmpty(Path directory) {
    try (var children = Files.list(directory)) {
      return children.findAny().isEmpty();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
