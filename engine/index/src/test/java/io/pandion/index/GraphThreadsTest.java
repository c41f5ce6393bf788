package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphThreadsTest {
  @TempDir private Path folder;

  private VectorIndex index(FloatRows rows, String name, Map<String, String> params)
      throws IOException {
    VectorIndexType type = VectorIndexTypes.of(name);
    Path file = folder.resolve("index");
    type.build(rows, Metric.COSINE, params, 1, file);
    return type.open(TestVectors.file(file), rows, Metric.COSINE);
  }

  @ParameterizedTest
  @CsvSource({"AUTOINDEX,", "HNSW_PQ,m=8 refine=true refine_type=SQ8"})
  void a_warm_search_allocates_nothing(String name, String params) throws IOException {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 5_000, 32, 50);
    String all = "efConstruction=60 " + (params == null ? "" : params);
    VectorIndex index = index(TestVectors.rows(vectors, 32), name, RecallTable.params(all));
    VectorSearch[] searches = {
      TestVectors.top(10, null),
      TestVectors.top(10, TestVectors.passing(random, 5_000, 0.9)),
      TestVectors.top(10, TestVectors.passing(random, 5_000, 0.05))
    };
    TopK top = new TopK();
    run(index, vectors, searches, top, 20_000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      run(index, vectors, searches, top, 1_000);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least / 1_000).as("bytes a search").isLessThan(16);
  }

  private static void run(
      VectorIndex index, float[][] queries, VectorSearch[] searches, TopK top, int count) {
    for (int i = 0; i < count; i++) {
      top.reset(10);
      index.search(queries[i % queries.length], 0, searches[i % searches.length], top);
    }
  }

  @Test
  void a_graph_built_by_several_threads_finds_as_much() throws IOException {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 8_000, 24, 60);
    FloatRows rows = TestVectors.rows(vectors, 24);
    VectorIndexType type = VectorIndexTypes.of("AUTOINDEX");
    VectorIndex truth = new FlatIndex(rows, Metric.L2);
    for (int threads : new int[] {1, 4}) {
      Path file = folder.resolve("by" + threads);
      type.build(rows, Metric.L2, Map.of("efConstruction", "100"), 1, threads, file);
      VectorIndex index = type.open(TestVectors.file(file), rows, Metric.L2);
      int hits = 0;
      for (int q = 0; q < 200; q++) {
        VectorSearch search = TestVectors.top(10, null);
        TopK wanted = TestVectors.search(truth, vectors[q], search);
        TopK found = TestVectors.search(index, vectors[q], search);
        for (int i = 0; i < 10; i++) {
          hits += found.score(i) >= wanted.score(9) ? 1 : 0;
        }
      }
      assertThat(hits / 2000.0).as(threads + " threads").isGreaterThan(0.97);
    }
  }

  @Test
  void an_interrupted_build_ends_and_leaves_no_file() {
    Random random = TestVectors.random();
    FloatRows rows = TestVectors.rows(TestVectors.clustered(random, 20_000, 24, 60), 24);
    VectorIndexType type = VectorIndexTypes.of("AUTOINDEX");
    for (int threads : new int[] {1, 3}) {
      Path file = folder.resolve("stopped" + threads);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> type.build(rows, Metric.L2, Map.of(), 1, threads, file))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.UNAVAILABLE_RETRY));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void searches_of_many_threads_agree() throws Exception {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 3_000, 16, 30);
    VectorIndex index = index(TestVectors.rows(vectors, 16), "AUTOINDEX", Map.of());
    List<String> alone = answers(index, vectors);
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<List<String>>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(pool.submit(() -> answers(index, vectors)));
      }
      for (Future<List<String>> one : all) {
        assertThat(got(one)).isEqualTo(alone);
      }
    }
  }

  private static List<String> got(Future<List<String>> future)
      throws InterruptedException, ExecutionException {
    return future.get();
  }

  private static List<String> answers(VectorIndex index, float[][] queries) {
    List<String> out = new ArrayList<>();
    for (int q = 0; q < 500; q++) {
      TopK top = TestVectors.search(index, queries[q], TestVectors.top(5, null));
      int[] rows = new int[top.size()];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = top.row(i);
      }
      out.add(Arrays.toString(rows));
    }
    return out;
  }
}
