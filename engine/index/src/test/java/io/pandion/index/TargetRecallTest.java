package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
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

  /// The nearest rows of each query.
  private static List<Set<Integer>> truth(
      VectorIndex exact, float[][] queries, int k, @Nullable AcceptRows accept) {
    List<Set<Integer>> out = new ArrayList<>();
    for (float[] query : queries) {
      TopK wanted = TestVectors.search(exact, query, TestVectors.top(k, accept));
      Set<Integer> rows = new HashSet<>();
      for (int i = 0; i < wanted.size(); i++) {
        rows.add(wanted.row(i));
      }
      out.add(rows);
    }
    return out;
  }

  private static double recall(
      VectorIndex index, List<Set<Integer>> truth, float[][] queries, VectorSearch search) {
    double hits = 0;
    for (int q = 0; q < queries.length; q++) {
      TopK found = TestVectors.search(index, queries[q], search);
      assertThat(found.size()).isEqualTo(truth.get(q).size());
      for (int i = 0; i < found.size(); i++) {
        hits += truth.get(q).contains(found.row(i)) ? 1 : 0;
      }
    }
    return hits / queries.length / search.k();
  }

  private VectorIndex built(String name, Map<String, String> params, FloatRows rows, Metric metric)
      throws IOException {
    Path file = folder.resolve(name);
    VectorIndexTypes.of(name).build(rows, metric, params, 7, file);
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
    for (int k : new int[] {1, 10, 30, 100}) {
      double slack = k == 1 ? 0.02 : 0.01;
      told.append(check(index, exact, queries, k, null, slack));
    }
    told.append(check(index, exact, queries, 10, half, 0.01));
    told.append(check(index, exact, queries, 10, few, 0.01));
    System.out.println(told);
  }

  private static String check(
      VectorIndex index,
      VectorIndex exact,
      float[][] queries,
      int k,
      @Nullable AcceptRows accept,
      double slack) {
    List<Set<Integer>> truth = truth(exact, queries, k, accept);
    StringBuilder told = new StringBuilder("; k " + k);
    told.append(accept == null ? "" : " among " + accept.count());
    for (double target : new double[] {0.8, 0.9, 0.95, 0.99}) {
      double recall = recall(index, truth, queries, search(k, accept, target));
      told.append(" %.2f: %.4f".formatted(target, recall));
      assertThat(recall).as(told.toString()).isGreaterThan(target - slack);
    }
    return told.toString();
  }

  @ParameterizedTest
  @CsvSource({"AUTOINDEX,2", "SCANN,1"})
  void a_file_without_a_curve_still_finds_what_was_asked_for(String name, int version)
      throws IOException {
    float[][] all = TestVectors.clustered(random, 6_050, 24, 50);
    FloatRows rows = TestVectors.rows(Arrays.copyOf(all, 6_000), 24);
    VectorIndexType type = VectorIndexTypes.of(name);
    Path path = folder.resolve(name);
    type.build(rows, Metric.L2, Map.of(), 7, path);
    MemorySegment file = TestVectors.file(path);
    int kind = file.get(SectionFile.INT, 8);
    List<byte[]> older = new ArrayList<>();
    for (MemorySegment section : SectionFile.open(file, "test", kind, version)) {
      older.add(section.toArray(ValueLayout.JAVA_BYTE));
    }
    assertThat(older).hasSize(8);
    older.removeLast();
    byte[] bytes = SectionFile.bytes(kind, version, older);
    MemorySegment off = Arena.ofAuto().allocate(bytes.length, 4096);
    VectorIndex index = type.open(off.copyFrom(MemorySegment.ofArray(bytes)), rows, Metric.L2);
    float[][] queries = Arrays.copyOfRange(all, 6_000, all.length);
    VectorIndex exact = new FlatIndex(rows, Metric.L2);
    List<Set<Integer>> truth = truth(exact, queries, 10, null);
    assertThat(recall(index, truth, queries, search(10, null, 0.99))).isGreaterThan(0.98);
  }

  @Test
  void small_segments_find_what_was_asked_for() throws IOException {
    for (int count : new int[] {0, 1, 100, 1_500}) {
      float[][] all = TestVectors.clustered(random, count + 20, 16, 5);
      FloatRows rows = TestVectors.rows(Arrays.copyOf(all, count), 16);
      float[][] queries = Arrays.copyOfRange(all, count, all.length);
      for (String name : List.of("FLAT", "HNSW", "HNSW_PQ", "IVF_FLAT", "IVF_RABITQ")) {
        VectorIndex index = built(name + count, name, rows);
        List<Set<Integer>> truth = truth(new FlatIndex(rows, Metric.L2), queries, 5, null);
        double found = recall(index, truth, queries, search(5, null, 0.99));
        assertThat(found).as(name + " " + count).isGreaterThanOrEqualTo(Math.min(count, 4.95) / 5);
      }
    }
  }

  private VectorIndex built(String file, String name, FloatRows rows) throws IOException {
    VectorIndexTypes.of(name).build(rows, Metric.L2, Map.of(), 7, folder.resolve(file));
    return VectorIndexTypes.of(name).open(TestVectors.file(folder.resolve(file)), rows, Metric.L2);
  }

  @Test
  void rows_that_still_arrive_are_found_as_was_asked_for() {
    int count = 26_000;
    float[][] all = TestVectors.clustered(random, count + 200, 12, 100);
    FloatRows rows = TestVectors.rows(Arrays.copyOf(all, count), 12);
    FlatIndex exact = new FlatIndex(rows, Metric.L2);
    GrowingGraph graph = new GrowingGraph(rows, Metric.L2, 7, exact::scores);
    for (int row = 0; row < count; row++) {
      graph.add(rows, row);
    }
    for (double target : new double[] {0.9, 0.99, 0.995}) {
      int hits = 0;
      int walks = 0;
      for (int q = count; q < all.length; q++) {
        TopK top = new TopK();
        top.reset(10);
        if (!graph.search(all[q], 0, search(10, null, target), count, top)) {
          continue;
        }
        walks++;
        TopK wanted = TestVectors.search(exact, all[q], TestVectors.top(10, null));
        for (int i = 0; i < 10; i++) {
          hits += top.threshold() <= wanted.score(i) ? 1 : 0;
        }
      }
      // where a walk of the width that is needed would take longer, the caller scans
      assertThat(walks).isEqualTo(target == 0.9 ? 200 : 0);
      assertThat(hits).isGreaterThanOrEqualTo((int) (10 * walks * (target - 0.01)));
    }
  }

  @Test
  void a_recall_that_cannot_be_asked_for_is_refused() {
    for (String name : VectorIndexTypes.names()) {
      VectorIndexType type = VectorIndexTypes.of(name);
      type.checkSearch(Map.of("target_recall", "0.5"), 10);
      type.checkSearch(Map.of("target_recall", "0.999"), 10);
      for (String wrong : List.of("0.4999", "1", "95", "NaN", "-0.9")) {
        assertThatThrownBy(() -> type.checkSearch(Map.of("target_recall", wrong), 10))
            .hasMessage("param 'target_recall' (" + wrong + ") out of range: [0.5, 0.999]");
      }
      assertThatThrownBy(() -> type.checkSearch(Map.of("target_recall", "high"), 10))
          .hasMessage("param 'target_recall' (high) should be a number");
    }
    Map<String, String> both =
        Map.of(
            "HNSW", "ef",
            "AUTOINDEX", "refine_k",
            "DISKANN", "search_list",
            "IVF_FLAT", "nprobe",
            "SCANN", "reorder_k");
    both.forEach(
        (name, other) ->
            assertThatThrownBy(
                    () ->
                        VectorIndexTypes.of(name)
                            .checkSearch(Map.of("target_recall", "0.9", other, "100"), 10))
                .hasMessage(
                    "param 'target_recall' (0.9) chooses '"
                        + other
                        + "' itself; give one of them only"));
    VectorIndexTypes.of("HNSW").checkSearch(Map.of("target_recall", "0.9", "nprobe", "8"), 10);
  }

  @Test
  void a_curve_goes_between_depths_and_beyond_the_last() {
    RecallCurve curve =
        new RecallCurve(
            new int[] {1, 10, 100},
            new float[] {0.9f, 0.95f, 0.99f},
            new int[] {10, 20, 0, 40, 80, 300, 160, 320, 0},
            new int[] {5, 6, 0, 20, 30, 40, 150, 200, 0});
    MemorySegment section = Arena.ofAuto().allocate(curve.bytes());
    curve.write(section);
    RecallCurve read = RecallCurve.read(section, "index");
    for (RecallCurve each : List.of(curve, read)) {
      assertThat(each.effort(10, 0.9)).isEqualTo(40);
      assertThat(each.effort(10, 0.91)).isEqualTo(80);
      assertThat(each.effort(Math.sqrt(10) * 10, 0.95)).isEqualTo(160);
      assertThat(each.effort(1_000, 0.95)).isEqualTo(3_200);
      assertThat(each.reorder(1, 0.5)).isEqualTo(5);
      assertThat(each.effort(5, 0.99)).isEqualTo(300);
      assertThat(each.effort(11, 0.99)).isEqualTo(RecallCurve.UNREACHED);
      assertThat(each.effort(10, 0.995)).isEqualTo(RecallCurve.UNREACHED);
    }
    section.set(SectionFile.INT, 8, 0);
    assertThatThrownBy(() -> RecallCurve.read(section, "the index"))
        .hasMessage("the index has a wrong recall curve; build the index again");
  }
}
