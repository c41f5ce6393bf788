package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.examples.Quickstart;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The examples do what they say, against a server as a user starts it.
@SuppressWarnings("NullAway.Init") // the server starts before the tests
class ExamplesTest {
  @TempDir static Path data;
  private static ServerProcess server;

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.start("examples", data);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void the_quickstart_for_java_finds_near_words() throws Exception {
    check(Programs.java(Quickstart.class, server.uri()));
  }

  @Test
  void the_quickstart_for_node_finds_near_words() throws Exception {
    check(Programs.node("quickstart.js", "127.0.0.1:" + server.port()));
  }

  /// Tea is nearest to itself, then to the other drinks; cosines are those of GloVe.
  private static void check(String printed) {
    assertThat(printed).contains("inserted 28 words");
    List<String> all = section(printed, "near tea:");
    assertThat(all).hasSize(4);
    assertThat(all.get(0)).isEqualTo("1.0000 tea (drink)");
    assertThat(all.get(1)).isEqualTo("0.7733 coffee (drink)");
    assertThat(section(printed, "near tea, but no drink:"))
        .hasSize(4)
        .noneMatch(line -> line.contains("(drink)"));
    assertThat(section(printed, "near tea, without coffee:"))
        .hasSize(4)
        .contains("1.0000 tea (drink)")
        .noneMatch(line -> line.contains("coffee"));
  }

  private static List<String> section(String printed, String title) {
    List<String> lines = printed.lines().toList();
    int from = lines.indexOf(title);
    assertThat(from).as("'%s' in:%n%s", title, printed).isNotNegative();
    return lines.stream()
        .skip(from + 1L)
        .takeWhile(line -> line.startsWith("  "))
        .map(String::strip)
        .toList();
  }
}
