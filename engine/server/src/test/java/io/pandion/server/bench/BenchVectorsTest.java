package io.pandion.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.server.client.VectorSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchVectorsTest {
  @TempDir private Path folder;

  private BenchPlan plan(Path file, int rows, int queries) {
    return new BenchPlan(
        file,
        rows,
        queries,
        "IP",
        IndexSpec.of("FLAT@ef=1"),
        1,
        100,
        10,
        List.of(1),
        List.of(1),
        Duration.ofSeconds(1));
  }

  private static void floats(Path file, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      bytes.putFloat(i);
    }
    Files.write(file, bytes.array());
  }

  private Path set() throws IOException {
    Path set = Files.createDirectories(folder.resolve("three"));
    floats(set.resolve("base.f32"), 15);
    floats(set.resolve("query.f32"), 6);
    Files.writeString(set.resolve("set.properties"), "dimension=3\nrows=5\nqueries=2\n");
    return set;
  }

  @Test
  void a_data_set_has_queries_of_its_own() throws IOException {
    BenchVectors all = BenchVectors.of(plan(set(), 100, 100));
    assertThat(all.base().size()).isEqualTo(5);
    assertThat(all.base().vector(4)).containsExactly(12, 13, 14);
    assertThat(all.queries().size()).isEqualTo(2);
    BenchVectors some = BenchVectors.of(plan(set(), 4, 1));
    assertThat(some.base().size()).isEqualTo(4);
    assertThat(some.queries().vector(0)).containsExactly(0, 1, 2);
  }

  @Test
  void of_a_file_queries_are_held_out_evenly() throws IOException {
    Path file = folder.resolve("ten.fvecs");
    ByteBuffer bytes = ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 10; i++) {
      bytes.putInt(1).putFloat(i);
    }
    Files.write(file, bytes.array());
    BenchVectors vectors = BenchVectors.of(plan(file, 10, 2));
    assertThat(vectors.queries().values()).containsExactly(0, 5);
    assertThat(vectors.base().values()).containsExactly(1, 2, 3, 4, 6, 7, 8, 9);
    assertThatThrownBy(() -> BenchVectors.of(plan(file, 10, 6)))
        .isInstanceOf(PandionException.class)
        .hasMessage("--queries 6 must be 1 to 5");
  }

  @Test
  void a_set_that_is_not_there_names_the_command_that_makes_it() {
    Path missing = folder.resolve("g100k");
    assertThatThrownBy(() -> VectorSet.require(missing))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("pandion bench data --data " + folder + " --set g100k");
  }

  @Test
  void a_set_that_is_cut_off_is_refused_with_its_file() throws IOException {
    Path set = set();
    floats(set.resolve("base.f32"), 14);
    assertThatThrownBy(() -> BenchVectors.of(plan(set, 10, 1)))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("base.f32 has 56 bytes, not 60");
  }
}
