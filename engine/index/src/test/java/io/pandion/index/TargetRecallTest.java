package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Searches that say what recall they want.
class TargetRecallTest {
  private static final int ROWS = 24_000;
  private static final int QUERIES = 500;

  private final Random random = TestVectors.random();
  @TempDir private Path folder;

  private static VectorSearch search(int k, @Nullable AcceptRows accept, double target) {
    return new VectorSearch(
        k, accept, Float.NaN, Float.NaN, Map.of("target_recall", Double.toString(target)));
  }

  private static double recall(
      VectorIndex index, VectorIndex exact, float[][] queries, VectorSearch search) {
    VectorSearch all = TestVectors.top(search.k(), search.accept());
    double hits = 0;
    for (float[] query : queries) {
      TopK wanted = TestVectors.search(exact, query, all);
      TopK found = TestVectors.search(index, query, search);
      assertThat(found.size()).isEqualTo(wanted.size());
      Set<Integer> rows = new HashSet<>();
      for (int i = 0; i < wanted.size(); i++) {
        rows.add(wanted.row(i));
      }
      for (int i = 0; i < found.size(); i++) {
        hits += rows.contains(found.row(i)) ? 1 : 0;
      }
    }
    return hits / queries.length / search.k();
  }

  private VectorIndex built(String name, Map<String, String> params, FloatRows rows, Metric metric)
      throws IOException {
    Path file = folder.resolve(name);
    VectorIndexTypes.of(name).build(rows, metric, params, 7, 2, file);
    return VectorIndexTypes.of(name).open(TestVectors.file(file), rows, metric);
  }

  @ParameterizedTest
  @CsvSource({
    "AUTOINDEX,COSINE,M=5 efConstruction=60",
    "HNSW_SQ,L2,M=5 efConstruction=60 sq_type=SQ4U",
    "IVF_FLAT,L2,nlist=200",
    "IVF_PQ,L2,nlist=200 m=12 nbits=8",
    "IVF_RABITQ,COSINE,nlist=200",
    "SCANN,IP,nlist=200"
  })
  void held_out_queries_find_what_was_asked_for(String name, Metric metric, String text)
      throws IOException {
    float[][] all = TestVectors.clustered(random, ROWS + QUERIES, 48, 300);
    FloatRows rows = TestVectors.rows(Arrays.copyOf(all, ROWS), 48);
    float[][] queries = Arrays.copyOfRange(all, ROWS, all.length);
    VectorIndex index = built(name, RecallTable.params(text), rows, metric);
    VectorIndex exact = new FlatIndex(rows, metric);
    AcceptRows half = TestVectors.passing(random, ROWS, 0.5);
    AcceptRows few = TestVectors.passing(random, ROWS, 0.1);
    StringBuilder told = new StringBuilder(name);
    for (double target : new double[] {0.8, 0.9, 0.95, 0.99}) {
      for (int k : new int[] {1, 10, 30, 100}) {
        double recall = recall(index, exact, queries, search(k, null, target));
        told.append(" %d@%.2f %.4f".formatted(k, target, recall));
        assertThat(recall).as(told.toString()).isGreaterThan(target - 0.01 - (k == 1 ? 0.01 : 0));
      }
      for (AcceptRows accept : List.of(half, few)) {
        double recall = recall(index, exact, queries, search(10, accept, target));
        told.append(" %d of %d: %.4f".formatted(accept.count(), ROWS, recall));
        assertThat(recall).as(told.toString()).isGreaterThan(target - 0.01);
      }
    }
    System.out.println(told);
  }
}
