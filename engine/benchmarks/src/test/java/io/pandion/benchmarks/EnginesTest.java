package io.pandion.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.index.AcceptRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnginesTest {
  @TempDir static Path folder;

  private static @Nullable DataSet made;

  @BeforeAll
  static void make_a_small_set() throws IOException {
    DataSet set = SyntheticVectors.write(folder.resolve("small"), 3_000, 60, 48);
    ExactTruth.make(set, Share.of("1"));
    ExactTruth.make(set, Share.of("0.1"));
    made = set;
  }

  private static DataSet set() {
    return java.util.Objects.requireNonNull(made);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lucene", "jvector", "FLAT", "HNSW,kernel=vector", "SCANN,nlist=32"})
  void every_engine_finds_the_true_neighbours_with_and_without_filter(String text)
      throws IOException {
    EngineSpec spec = EngineSpec.of(text);
    Path index = Files.createDirectories(folder.resolve(spec.label()));
    Engine engine = spec.engine();
    engine.build(set(), index);
    engine.open(set(), index);
    try (Arena arena = Arena.ofConfined()) {
      float[][] queries = set().queryVectors(arena);
      for (String share : List.of("1", "0.1")) {
        AcceptRows accept = Share.of(share).rows(set().rows());
        int[][] truth = set().truth(Share.of(share), arena);
        int[][] found = new int[queries.length][10];
        Map<String, String> point = Map.of("ef", "200", "nprobe", "16");
        engine.searcher().search(queries, point, accept, found);
        int hits = 0;
        for (int i = 0; i < found.length; i++) {
          for (int j = 0; j < 10; j++) {
            int row = truth[i][j];
            hits += Arrays.stream(found[i]).anyMatch(r -> r == row) ? 1 : 0;
            assertThat(accept == null || accept.accepts(found[i][j])).isTrue();
          }
        }
        assertThat(hits / (10.0 * found.length)).as(text + " " + share).isGreaterThan(0.95);
      }
    }
  }

  @Test
  void a_specification_names_engine_parameters_and_points() {
    EngineSpec spec = EngineSpec.of("SCANN,nlist=64@nprobe=4|nprobe=8;reorder_k=50");
    assertThat(spec.label()).isEqualTo("SCANN-nlist64");
    assertThat(spec.points())
        .containsExactly(Map.of("nprobe", "4"), Map.of("nprobe", "8", "reorder_k", "50"));
    EngineSpec own = EngineSpec.of("HNSW,M=16,kernel=vector");
    assertThat(own.label()).isEqualTo("HNSW-M16-kernelvector");
    assertThat(own.kernel()).contains("vector");
    assertThat(EngineSpec.of("HNSW").points()).contains(Map.of("target_recall", "0.95"));
    assertThat(EngineSpec.of("hnswlib").points()).doesNotContain(Map.of("target_recall", "0.95"));
    assertThatThrownBy(() -> EngineSpec.of("HNSW,16"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'16' is no name=value");
    Ask ask = new Ask(Map.of("nprobe", "8"), Share.of("0.5"), 10, 500, 2);
    assertThat(Ask.of(ask.line())).isEqualTo(ask);
    Measured measured = new Measured(0.95, 2000, 0.5, 0.6, 12, 34);
    assertThat(Measured.of(measured.line())).isEqualTo(measured);
    assertThatThrownBy(() -> Share.of("1.5")).hasMessageContaining("not 1.5");
  }

  @Test
  void speed_at_a_recall_lies_between_the_points_around_it() {
    Curve.Point low = new Curve.Point("ef=10", List.of(new Measured(0.9, 100, 0.01, 1, 1, 1)));
    Curve.Point high =
        new Curve.Point(
            "ef=20",
            List.of(new Measured(1.0, 100, 0.02, 1, 1, 1), new Measured(1.0, 100, 0.02, 1, 1, 1)));
    Curve curve = new Curve("x", Share.of("1"), 1, 1, List.of(high, low));
    assertThat(curve.cpuQpsAt(0.95)).isBetween(7_499.0, 7_501.0);
    assertThat(curve.cpuQpsAt(0.5)).isBetween(9_999.0, 10_001.0);
    assertThat(new Curve("x", Share.of("1"), 1, 1, List.of(low)).cpuQpsAt(0.95)).isNaN();
  }

  @Test
  void a_chart_is_a_picture() throws IOException {
    Curve.Point one = new Curve.Point("ef=10", List.of(new Measured(0.9, 100, 0.01, 1, 1, 1)));
    Path file = folder.resolve("chart.png");
    Chart.write("small", List.of(new Curve("x", Share.of("1"), 1, 1, List.of(one))), file);
    assertThat(javax.imageio.ImageIO.read(file.toFile()).getWidth()).isGreaterThan(500);
  }
}
