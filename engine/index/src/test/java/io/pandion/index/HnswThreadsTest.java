package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.pandion.model.Metric;
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

class HnswThreadsTest {
  @TempDir private Path folder;

  private VectorIndex index(FloatRows rows) throws IOException {
    VectorIndexType type = VectorIndexTypes.of("AUTOINDEX");
    Path file = folder.resolve("index");
    type.build(rows, Metric.COSINE, Map.of("efConstruction", "60"), 1, file);
    return type.open(TestVectors.file(file), rows, Metric.COSINE);
  }

  @Test
  void a_warm_search_allocates_nothing() throws IOException {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 5_000, 32, 50);
    VectorIndex index = index(TestVectors.rows(vectors, 32));
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
  void searches_of_many_threads_agree() throws Exception {
    Random random = TestVectors.random();
    float[][] vectors = TestVectors.clustered(random, 3_000, 16, 30);
    VectorIndex index = index(TestVectors.rows(vectors, 16));
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
