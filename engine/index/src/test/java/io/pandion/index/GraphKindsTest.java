package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.index.kernel.RowFormat;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the kinds of graph share and what they differ in, and their file.
class GraphKindsTest {
  private static final int SECTIONS = 8;

  private final Random random = TestVectors.random();
  @TempDir private Path folder;

  private static double recall(VectorIndex index, VectorIndex truth, float[][] queries, int count) {
    int hits = 0;
    for (int q = 0; q < count; q++) {
      TopK wanted = TestVectors.search(truth, queries[q], TestVectors.top(10, null));
      TopK found = TestVectors.search(index, queries[q], TestVectors.top(10, null));
      Set<Integer> rows = new HashSet<>();
      for (int i = 0; i < wanted.size(); i++) {
        rows.add(wanted.row(i));
      }
      for (int i = 0; i < found.size(); i++) {
        hits += rows.contains(found.row(i)) ? 1 : 0;
      }
    }
    return hits / (10.0 * count);
  }

  @ParameterizedTest
  @CsvSource({
    "AUTOINDEX,,SQ8",
    "HNSW,,SQ8",
    "HNSW_SQ,SQ4U,SQ4",
    "HNSW_SQ,SQ6,SQ8",
    "HNSW_SQ,SQ8,SQ8",
    "HNSW_SQ,FP16,FLOAT16",
    "HNSW_SQ,BF16,BFLOAT16",
    "HNSW_PQ,,PQ",
    "HNSW_PRQ,,PQ",
    "DISKANN,,SQ4"
  })
  void each_kind_finds_near_rows_with_its_codes(String name, String codes, RowFormat format)
      throws IOException {
    float[][] vectors = TestVectors.clustered(random, 2_000, 40, 30);
    FloatRows rows = TestVectors.rows(vectors, 40);
    VectorIndexType type = VectorIndexTypes.of(name);
    Map<String, String> params = new HashMap<>(Map.of("M", "12", "efConstruction", "50"));
    if (codes != null) {
      params.put("sq_type", codes);
    }
    for (Metric metric : Metric.values()) {
      Path path = folder.resolve("index" + metric);
      type.build(rows, metric, params, 1, path);
      MemorySegment file = TestVectors.file(path);
      assertThat(GraphFile.open(file, name, rows, metric).codes().format()).isEqualTo(format);
      VectorIndex index = type.open(file, rows, metric);
      double recall = recall(index, new FlatIndex(rows, metric), vectors, 100);
      assertThat(recall).as(metric.toString()).isGreaterThan(0.95);
    }
  }

  @Test
  void rows_that_differ_by_less_than_a_step_of_their_codes_are_told_apart() throws IOException {
    float[][] vectors = new float[6_000][24];
    for (int i = 0; i < vectors.length; i++) {
      for (int k = 0; k < 24; k++) {
        vectors[i][k] =
            1000 * ((i % 3 + k) % 5) + 0.01f * (float) Math.round(100 * random.nextGaussian());
      }
    }
    FloatRows rows = TestVectors.rows(vectors, 24);
    Path path = folder.resolve("dense");
    VectorIndexTypes.of("AUTOINDEX").build(rows, Metric.L2, Map.of(), 1, path);
    MemorySegment file = TestVectors.file(path);
    assertThat(GraphFile.open(file, "dense", rows, Metric.L2).codes().format())
        .isEqualTo(RowFormat.FLOAT32);
    VectorIndex index = VectorIndexTypes.of("AUTOINDEX").open(file, rows, Metric.L2);
    assertThat(recall(index, new FlatIndex(rows, Metric.L2), vectors, 100)).isGreaterThan(0.95);
  }

  @Test
  void a_search_goes_on_beyond_k_where_the_last_one_ended() throws IOException {
    float[][] vectors = TestVectors.clustered(random, 5_000, 24, 20);
    FloatRows rows = TestVectors.rows(vectors, 24);
    Path path = folder.resolve("beyond");
    VectorIndexTypes.of("AUTOINDEX").build(rows, Metric.L2, Map.of(), 1, path);
    VectorIndex index =
        VectorIndexTypes.of("AUTOINDEX").open(TestVectors.file(path), rows, Metric.L2);
    List<Integer> seen = new ArrayList<>();
    float last = Float.NaN;
    for (int batch = 0; batch < 20; batch++) {
      VectorSearch search = new VectorSearch(25, null, Float.NaN, last, Map.of());
      TopK found = TestVectors.search(index, vectors[7], search);
      assertThat(found.size()).isEqualTo(25);
      for (int i = 0; i < found.size(); i++) {
        if (!seen.contains(found.row(i))) {
          seen.add(found.row(i));
        }
      }
      last = found.score(24);
    }
    TopK truth =
        TestVectors.search(
            new FlatIndex(rows, Metric.L2), vectors[7], TestVectors.top(seen.size(), null));
    int hits = 0;
    for (int i = 0; i < truth.size(); i++) {
      hits += seen.contains(truth.row(i)) ? 1 : 0;
    }
    assertThat(seen.size()).isGreaterThan(475);
    assertThat((double) hits / seen.size()).isGreaterThan(0.97);
  }

  private byte[] built(FloatRows rows) throws IOException {
    Path path = folder.resolve("built");
    VectorIndexTypes.of("AUTOINDEX").build(rows, Metric.L2, Map.of(), 1, path);
    return Files.readAllBytes(path);
  }

  private static void assertCorrupt(byte[] bytes, FloatRows rows, String message) {
    assertThatThrownBy(
            () ->
                VectorIndexTypes.of("AUTOINDEX")
                    .open(MemorySegment.ofArray(bytes), rows, Metric.L2))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA))
        .hasMessageContaining(message);
  }

  @Test
  void a_flipped_bit_or_a_cut_in_any_section_is_found() throws IOException {
    FloatRows rows = TestVectors.rows(TestVectors.clustered(random, 9_000, 40, 30), 40);
    byte[] bytes = built(rows);
    MemorySegment file = MemorySegment.ofArray(bytes);
    for (int section = 0; section < SECTIONS; section++) {
      int start = (int) file.get(SectionFile.LONG, 32 + 16L * section);
      int length = (int) file.get(SectionFile.LONG, 40 + 16L * section);
      assertThat(start % 4096).isZero();
      assertThat(length).isPositive();
      for (int i = 0; i < 8; i++) {
        int at = start + random.nextInt(length);
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        assertCorrupt(flipped, rows, "has a wrong checksum");
      }
      assertCorrupt(java.util.Arrays.copyOf(bytes, start + length / 2), rows, "is cut");
    }
  }

  /// The sections of a file, to be changed and sealed again.
  private static List<byte[]> sections(byte[] bytes) {
    MemorySegment file = MemorySegment.ofArray(bytes);
    List<byte[]> out = new ArrayList<>();
    for (MemorySegment section :
        SectionFile.open(file, "test", SectionFile.HNSW, file.get(SectionFile.INT, 12))) {
      out.add(section.toArray(ValueLayout.JAVA_BYTE));
    }
    return out;
  }

  @Test
  void links_that_lead_out_of_the_file_are_refused_although_its_checksums_are_right()
      throws IOException {
    FloatRows rows = TestVectors.rows(TestVectors.clustered(random, 2_000, 8, 30), 8);
    byte[] bytes = built(rows);
    String[] faults = {"starts at row", "links row", "has no block", "links row", "wrong twin"};
    int[] places = {16, 0, 0, 0, 0};
    for (int section = 0; section < faults.length; section++) {
      List<byte[]> changed = sections(bytes);
      MemorySegment.ofArray(changed.get(section)).set(SectionFile.INT, places[section], 1 << 20);
      assertCorrupt(SectionFile.bytes(SectionFile.HNSW, 2, changed), rows, faults[section]);
      changed.remove(section);
      assertCorrupt(SectionFile.bytes(SectionFile.HNSW, 2, changed), rows, "sections");
      List<byte[]> cut = sections(bytes);
      cut.set(section, java.util.Arrays.copyOf(cut.get(section), 8));
      assertCorrupt(SectionFile.bytes(SectionFile.HNSW, 2, cut), rows, "");
    }
  }

  @Test
  void a_file_of_the_older_format_is_to_be_built_again() throws IOException {
    FloatRows rows = TestVectors.rows(TestVectors.clustered(random, 100, 8, 3), 8);
    byte[] older = SectionFile.bytes(SectionFile.HNSW, 1, sections(built(rows)));
    assertCorrupt(older, rows, "has the unknown version 1; build the index again");
  }

  @Test
  void parameters_of_quantisers_are_checked_in_milvus_ranges() {
    VectorIndexType sq = VectorIndexTypes.of("HNSW_SQ");
    assertWrong(() -> sq.check(Map.of("sq_type", "SQ5")), "param 'sq_type' (SQ5)");
    assertWrong(() -> sq.check(Map.of("refine", "yes")), "param 'refine' (yes)");
    assertWrong(() -> sq.check(Map.of("refine_type", "INT8")), "param 'refine_type' (INT8)");
    assertWrong(() -> sq.checkSearch(Map.of("refine_k", "0.5"), 5), "param 'refine_k' (0.5)");
    assertWrong(() -> sq.checkSearch(Map.of("refine_k", "much"), 5), "should be a number");
    VectorIndexType pq = VectorIndexTypes.of("HNSW_PQ");
    assertWrong(() -> pq.check(Map.of("m", "7"), 100), "divided by `m`, dimension: 100, m: 7");
    assertWrong(() -> pq.check(Map.of("nbits", "25"), 100), "param 'nbits' (25) out of range: [1");
    VectorIndexType prq = VectorIndexTypes.of("HNSW_PRQ");
    assertWrong(
        () -> prq.check(Map.of("nrq", "17"), 100), "param 'nrq' (17) out of range: [1, 16]");
    VectorIndexType disk = VectorIndexTypes.of("DISKANN");
    assertWrong(
        () -> disk.checkSearch(Map.of("search_list", "9"), 10), "param 'search_list' (9) out of");
    pq.check(Map.of("m", "10", "nbits", "8", "refine", "true", "refine_type", "FP16"), 100);
    disk.checkSearch(Map.of("search_list", "10"), 10);
  }

  private static void assertWrong(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_REQUEST))
        .hasMessageContaining(message);
  }
}
