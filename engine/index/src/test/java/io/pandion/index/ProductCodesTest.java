package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// HNSW_PQ and HNSW_PRQ: their codes, and by what the best rows are ranked again.
class ProductCodesTest {
  private final Random random = TestVectors.random();
  @TempDir private Path folder;

  private static float[] flat(float[][] vectors, int dimension) {
    float[] out = new float[vectors.length * dimension];
    for (int i = 0; i < vectors.length; i++) {
      System.arraycopy(vectors[i], 0, out, i * dimension, dimension);
    }
    return out;
  }

  @ParameterizedTest
  @CsvSource({"40,8,1,8", "40,7,2,4", "41,5,3,3", "13,13,1,1", "24,1,2,6", "9,3,1,5"})
  void a_byte_stands_for_the_product_with_its_words(
      int dimension, int parts, int stages, int bits) {
    float[][] vectors = TestVectors.clustered(random, 600, dimension, 20);
    ProductQuantizer words = new ProductQuantizer(dimension, parts, stages, bits);
    words.train(flat(vectors, dimension), 3, new Workers(1));
    float[] query = TestVectors.clustered(random, 1, dimension, 1)[0];
    float[] products = new float[256 * words.bytes()];
    words.products(query, products);
    byte[] bytes = new byte[words.bytes()];
    double lengths = 0;
    double rests = 0;
    for (float[] vector : vectors) {
      float[] rest = vector.clone();
      words.encode(rest, bytes);
      double found = 0;
      for (int i = 0; i < bytes.length; i++) {
        found += products[256 * i + (bytes[i] & 255)];
      }
      double wanted = 0;
      for (int d = 0; d < dimension; d++) {
        wanted += (double) query[d] * (vector[d] - rest[d]);
        lengths += vector[d] * vector[d];
        rests += rest[d] * rest[d];
      }
      assertThat(found).isCloseTo(wanted, within(1e-3));
    }
    assertThat(rests).isLessThan(0.9 * lengths);
  }

  private GraphFile built(String name, Map<String, String> params, FloatRows rows, Metric metric)
      throws IOException {
    Path path = folder.resolve("index");
    Files.deleteIfExists(path);
    VectorIndexTypes.of(name).build(rows, metric, params, 1, path);
    return GraphFile.open(TestVectors.file(path), name, rows, metric);
  }

  @Test
  void parameters_say_how_many_bytes_a_row_takes() throws IOException {
    FloatRows rows = TestVectors.rows(TestVectors.clustered(random, 300, 48, 5), 48);
    int[] bytes = new int[7];
    String[] params = {
      "", "m=6", "m=6 nbits=4", "m=6 nbits=5", "m=6 nbits=12", "m=24 nbits=3", "m=4 nbits=24"
    };
    for (int i = 0; i < bytes.length; i++) {
      GraphFile file = built("HNSW_PQ", RecallTable.params(params[i]), rows, Metric.L2);
      assertThat(file.codes().format()).isEqualTo(RowFormat.PQ);
      bytes[i] = file.codes().dimension();
    }
    assertThat(bytes).containsExactly(24, 6, 3, 6, 12, 12, 12);
    Map<String, String> prq = RecallTable.params("m=6 nrq=3 nbits=8");
    assertThat(built("HNSW_PRQ", prq, rows, Metric.L2).codes().dimension()).isEqualTo(18);
    assertThat(built("HNSW_PRQ", prq, rows, Metric.L2).codes().stride()).isEqualTo(32);
    assertThat(built("HNSW_PRQ", Map.of(), rows, Metric.L2).codes().dimension()).isEqualTo(24);
  }

  @Test
  void more_stages_and_more_bits_rank_rows_better() throws IOException {
    int dimension = 32;
    float[][] vectors = TestVectors.clustered(random, 3_000, dimension, 10);
    FloatRows rows = TestVectors.rows(vectors, dimension);
    FlatIndex exact = new FlatIndex(rows, Metric.COSINE);
    double last = 0;
    for (String params : List.of("nrq=1 nbits=4", "nrq=1 nbits=8", "nrq=3 nbits=8")) {
      Map<String, String> all =
          RecallTable.params("m=8 M=8 efConstruction=60 refine=false " + params);
      Path path = folder.resolve("stages" + last);
      VectorIndexType type = VectorIndexTypes.of("HNSW_PRQ");
      type.build(rows, Metric.COSINE, all, 1, path);
      VectorIndex index = type.open(TestVectors.file(path), rows, Metric.COSINE);
      double recall = recall(index, exact, vectors, Map.of("ef", "100"));
      System.out.println(params + " " + recall);
      assertThat(recall).isGreaterThan(last + 0.05);
      last = recall;
    }
  }

  private static double recall(
      VectorIndex index, VectorIndex exact, float[][] queries, Map<String, String> params) {
    int hits = 0;
    for (int q = 0; q < 200; q++) {
      TopK wanted = TestVectors.search(exact, queries[q], TestVectors.top(10, null));
      VectorSearch search = new VectorSearch(10, null, Float.NaN, Float.NaN, params);
      TopK found = TestVectors.search(index, queries[q], search);
      Set<Integer> near = new HashSet<>();
      for (int i = 0; i < wanted.size(); i++) {
        near.add(wanted.row(i));
      }
      for (int i = 0; i < found.size(); i++) {
        hits += near.contains(found.row(i)) ? 1 : 0;
      }
    }
    return hits / 2000.0;
  }

  @ParameterizedTest
  @CsvSource({
    "refine=false,NOTHING",
    "refine=true,FLOATS",
    "refine_type=SQ8,FLOATS",
    "refine=true refine_type=FP32,FLOATS",
    "refine=true refine_type=SQ8,SQ8",
    "refine=true refine_type=SQ6,SQ8",
    "refine=true refine_type=FP16,FP16",
    "refine=true refine_type=BF16,BF16"
  })
  void refine_says_by_what_the_best_rows_are_ranked_again(String params, Refine refine)
      throws IOException {
    int dimension = 24;
    float[][] vectors = TestVectors.clustered(random, 2_000, dimension, 10);
    FloatRows rows = TestVectors.rows(vectors, dimension);
    for (String name : List.of("HNSW_PQ", "HNSW_PRQ", "HNSW_SQ")) {
      String codes = name.equals("HNSW_SQ") ? "sq_type=SQ4U " : "m=4 nbits=4 ";
      Map<String, String> all = RecallTable.params(codes + "M=8 efConstruction=60 " + params);
      GraphFile file = built(name, all, rows, Metric.L2);
      assertThat(file.ranking().refine()).isEqualTo(refine);
      assertThat(file.ranking().codes() != null).isEqualTo(refine.format != null);
      GraphIndex index =
          new GraphIndex(
              file, rows, Metric.L2, GraphParams.defaults(GraphParams.Kind.valueOf(name)));
      double recall =
          recall(
              index,
              new FlatIndex(rows, Metric.L2),
              vectors,
              Map.of("ef", "200", "refine_k", "20"));
      if (refine == Refine.NOTHING) {
        assertThat(recall).isLessThan(0.95);
      } else {
        assertThat(recall).as(name).isGreaterThan(0.98);
      }
      TopK found = TestVectors.search(index, vectors[5], TestVectors.top(10, null));
      for (int i = 0; i < 10; i++) {
        double score = TestVectors.score(Metric.L2, vectors[5], vectors[found.row(i)]);
        assertThat((double) found.score(i)).isCloseTo(score, within(1e-4));
      }
    }
  }

  @Test
  void words_and_codes_that_do_not_fit_are_refused() throws IOException {
    FloatRows rows = TestVectors.rows(TestVectors.clustered(random, 300, 24, 5), 24);
    Path path = folder.resolve("whole");
    Map<String, String> params = RecallTable.params("m=4 refine=true refine_type=SQ8");
    VectorIndexTypes.of("HNSW_PQ").build(rows, Metric.L2, params, 1, path);
    List<byte[]> sections = new ArrayList<>();
    for (MemorySegment section :
        SectionFile.open(TestVectors.file(path), "test", SectionFile.HNSW, GraphFile.VERSION)) {
      sections.add(section.toArray(ValueLayout.JAVA_BYTE));
    }
    assertThat(sections).hasSize(10);
    int[][] wrong = {
      {8, 0, 0}, {8, 0, 25}, {8, 0, 5}, {8, 4, 0}, {8, 8, 9}, {0, 24, 6}, {0, 28, 5}
    };
    for (int[] change : wrong) {
      List<byte[]> changed = new ArrayList<>(sections);
      byte[] section = sections.get(change[0]).clone();
      MemorySegment.ofArray(section).set(SectionFile.INT, change[1], change[2]);
      changed.set(change[0], section);
      assertCorrupt(changed, rows);
    }
    for (int section : new int[] {6, 8, 9}) {
      List<byte[]> cut = new ArrayList<>(sections);
      cut.set(section, java.util.Arrays.copyOf(sections.get(section), 64));
      assertCorrupt(cut, rows);
    }
  }

  private static void assertCorrupt(List<byte[]> sections, FloatRows rows) {
    byte[] bytes = SectionFile.bytes(SectionFile.HNSW, GraphFile.VERSION, sections);
    assertThatThrownBy(
            () ->
                VectorIndexTypes.of("HNSW_PQ").open(MemorySegment.ofArray(bytes), rows, Metric.L2))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA));
  }

  @Test
  void parameters_out_of_range_are_refused_in_the_words_of_milvus() {
    VectorIndexType pq = VectorIndexTypes.of("HNSW_PQ");
    VectorIndexType prq = VectorIndexTypes.of("HNSW_PRQ");
    assertThatThrownBy(() -> pq.check(Map.of("m", "0"), 96))
        .hasMessage("param 'm' (0) out of range: [1, 65536]");
    assertThatThrownBy(() -> pq.check(Map.of("m", "192"), 96))
        .hasMessage("dimension must be able to be divided by `m`, dimension: 96, m: 192");
    assertThatThrownBy(() -> pq.check(Map.of("nbits", "0"), 96))
        .hasMessage("param 'nbits' (0) out of range: [1, 24]");
    assertThatThrownBy(() -> prq.check(Map.of("nrq", "0"), 96))
        .hasMessage("param 'nrq' (0) out of range: [1, 16]");
    assertThatThrownBy(() -> prq.check(Map.of("nrq", "two"), 96))
        .hasMessage("param 'nrq' (two) should be an integer");
    assertThatThrownBy(() -> prq.check(Map.of("nrq", "16", "nbits", "24", "m", "1"), 32_768))
        .hasMessageContaining("would take 1536 MiB, more than 256; use fewer");
    pq.check(Map.of("m", "48", "nbits", "24"), 96);
    prq.check(Map.of("m", "96", "nrq", "16", "nbits", "1"), 96);
    pq.check(Map.of("m", "7", "nrq", "99"));
  }
}
