package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.server.bench.Bench;
import io.pandion.server.bench.BenchPlan;
import io.pandion.server.bench.IndexSpec;
import io.pandion.server.client.MilvusClient;
import io.pandion.server.quickstart.Quickstart;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class QuickstartTest {
  private static final Path WORDS =
      Path.of("..", "..", "examples", "data", "glove-10k.parquet").toAbsolutePath().normalize();

  @TempDir static Path data;
  static StandaloneServer server;
  static int port;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @BeforeAll
  static void start() {
    System.setProperty("pandion.home", Path.of("..", "..").toAbsolutePath().normalize().toString());
    server = new StandaloneServer(Settings.below(data));
    port = server.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static MilvusClient connect() {
    return new MilvusClient("127.0.0.1", port);
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void the_quickstart_shows_the_true_neighbours_and_can_be_repeated() {
    for (int i = 0; i < 2; i++) {
      bytes.reset();
      try (MilvusClient client = connect()) {
        new Quickstart(client, client.address(), out, false).run();
      }
      assertThat(text())
          .containsPattern("prince +1663 +0\\.7682\n +queen +1928 +0\\.7508\n +son +586 +0\\.7021")
          .containsPattern("tea +4052 +0\\.7733\n +drinks +6890 +0\\.7288")
          .contains("deleted 'tea'")
          .contains("count(*) = 9999")
          .contains("http://127.0.0.1:" + port)
          .doesNotContain("\u001b", "\r");
    }
    assertThat(text()).contains("dropped the one of an earlier quickstart");
    String afterDelete = text().substring(text().indexOf("deleted 'tea'"));
    assertThat(afterDelete).containsPattern("drinks +6890").doesNotContainPattern("tea +4052");
  }

  @Test
  void the_benchmark_reaches_a_high_recall_and_cleans_up() {
    BenchPlan plan =
        new BenchPlan(
            WORDS,
            3_000,
            50,
            "COSINE",
            IndexSpec.of("HNSW,M=16,efConstruction=200@ef=16|ef=256|target_recall=0.9"),
            2,
            500,
            10,
            List.of(1, 7),
            List.of(1, 2),
            Duration.ofMillis(300));
    new Bench(plan, QuickstartTest::connect, out).run();
    assertThat(text())
        .contains("2950 rows of 100 floats, 50 queries held out, metric COSINE")
        .contains("| batches of 500 | 2 |");
    for (int nq : new int[] {1, 7}) {
      Matcher row =
          Pattern.compile("\\| ef=256 \\| " + nq + " \\| 2 \\| ([0-9.]+) \\| ([0-9]+) \\|")
              .matcher(text());
      assertThat(row.find()).as(text()).isTrue();
      assertThat(Double.parseDouble(row.group(1))).isBetween(0.98, 1.0);
      assertThat(Integer.parseInt(row.group(2))).isPositive();
    }
    try (MilvusClient client = connect()) {
      assertThat(client.hasCollection("pandion_bench")).isFalse();
    }
  }
}
