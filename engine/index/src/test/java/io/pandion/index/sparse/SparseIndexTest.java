package io.pandion.index.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pandion.index.AcceptRows;
import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparseIndexTest {
  private static final long SEED = Long.getLong("seed", 42L);

  @TempDir Path folder;

  private static Random random() {
    System.out.println("-Dseed=" + SEED);
    return new Random(SEED);
  }

  /// A vector of up to `values` dimensions, of which low ones are frequent, as words are.
  private static SparseVector vector(Random random, int values, int dimensions, boolean negative) {
    TreeMap<Integer, Float> chosen = new TreeMap<>(Integer::compareUnsigned);
    for (int i = 0; i < values; i++) {
      int dimension = (int) (dimensions * Math.pow(random.nextDouble(), 3));
      float value = (float) Math.exp(random.nextGaussian());
      chosen.put(dimension * 1000003, negative && random.nextInt(3) == 0 ? -value : value);
    }
    int[] at = chosen.keySet().stream().mapToInt(Integer::intValue).toArray();
    float[] out = new float[at.length];
    int i = 0;
    for (float value : chosen.values()) {
      out[i++] = value;
    }
    return new SparseVector(at, out);
  }

  private static SparseRows rows(Random random, int count, boolean negative) {
    SparseRows rows = new SparseRows();
    for (int i = 0; i < count; i++) {
      rows.add(vector(random, random.nextInt(40), 3000, negative));
    }
    return rows;
  }

  private SparseIndex index(SparseRows rows, Map<String, String> params) throws IOException {
    SparseIndexType type = SparseIndexType.of("SPARSE_INVERTED_INDEX");
    Path file = Files.createTempFile(folder, "sparse", "");
    Files.delete(file);
    type.build(rows, params, file);
    return type.open(MemorySegment.ofArray(Files.readAllBytes(file)));
  }

  private static VectorSearch top(int k, @Nullable AcceptRows accept) {
    return new VectorSearch(k, accept, Float.NaN, Float.NaN, Map.of());
  }

  private static TopK found(SparseIndex index, SparseVector query, VectorSearch search) {
    TopK top = new TopK();
    top.reset(search.k());
    index.search(query, search, top);
    top.sort();
    return top;
  }

  private static TopK truth(SparseRows rows, SparseVector query, VectorSearch search) {
    TopK top = new TopK();
    top.reset(search.k());
    SparseScan.search(rows, 0, query, search, top);
    top.sort();
    return top;
  }

  private static AcceptRows passing(Random random, int rows, double ratio) {
    long[] words = new long[(rows + 63) / 64];
    for (int row = 0; row < rows; row++) {
      if (random.nextDouble() < ratio) {
        words[row >> 6] |= 1L << row;
      }
    }
    return new AcceptRows(words, rows);
  }

  private static void same(TopK found, TopK truth) {
    assertThat(found.size()).isEqualTo(truth.size());
    for (int i = 0; i < found.size(); i++) {
      assertThat((double) found.score(i))
          .isCloseTo(truth.score(i), within(1e-5 * Math.abs(truth.score(i)) + 1e-6));
      boolean tied =
          (i > 0 && truth.score(i - 1) - truth.score(i) < 1e-4)
              || (i + 1 == truth.size() || truth.score(i) - truth.score(i + 1) < 1e-4);
      assertThat(tied || found.row(i) == truth.row(i)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DAAT_MAXSCORE", "DAAT_WAND", "TAAT_NAIVE"})
  void every_algorithm_finds_what_the_scan_finds(String algorithm) throws IOException {
    Random random = random();
    for (boolean negative : new boolean[] {false, true}) {
      SparseRows rows = rows(random, 20_000, negative);
      SparseIndex index = index(rows, Map.of("inverted_index_algo", algorithm));
      for (int round = 0; round < 60; round++) {
        SparseVector query = vector(random, 1 + random.nextInt(30), 3300, negative);
        AcceptRows accept =
            switch (round % 3) {
              case 0 -> null;
              case 1 -> passing(random, 20_000, random.nextDouble());
              default -> passing(random, 20_000, 0.003);
            };
        int k = 1 + random.nextInt(100);
        VectorSearch search = top(k, accept);
        TopK truth = truth(rows, query, search);
        same(found(index, query, search), truth);
        if (truth.size() > 10) {
          VectorSearch range =
              new VectorSearch(k, accept, truth.score(8), truth.score(2), Map.of());
          same(found(index, query, range), truth(rows, query, range));
        }
      }
    }
  }

  @Test
  void a_rare_heavy_term_wins_over_a_frequent_light_one() throws IOException {
    SparseRows rows = new SparseRows();
    Random random = random();
    for (int i = 0; i < 200_000; i++) {
      boolean rare = i % 10_007 == 0;
      float common = random.nextFloat();
      rows.add(
          rare
              ? new SparseVector(new int[] {1, 2}, new float[] {common, 50})
              : new SparseVector(new int[] {1}, new float[] {common}));
    }
    SparseVector query = new SparseVector(new int[] {1, 2}, new float[] {1, 1});
    SparseIndex index = index(rows, Map.of());
    same(found(index, query, top(10, null)), truth(rows, query, top(10, null)));
    assertThat(found(index, query, top(10, null)).row(0) % 10_007).isZero();
  }

  @Test
  void drop_ratio_search_leaves_out_the_smallest_weights() throws IOException {
    SparseRows rows = new SparseRows();
    rows.add(new SparseVector(new int[] {1, 7}, new float[] {1, 100}));
    rows.add(new SparseVector(new int[] {3, 5}, new float[] {1, 1}));
    SparseVector query = new SparseVector(new int[] {1, 3, 5, 7}, new float[] {4, 3, 2, 1});
    SparseIndex index = index(rows, Map.of());
    assertThat(found(index, query, top(2, null)).score(0)).isEqualTo(104);
    VectorSearch dropping =
        new VectorSearch(2, null, Float.NaN, Float.NaN, Map.of("drop_ratio_search", "0.25"));
    TopK top = found(index, query, dropping);
    assertThat(top.row(0)).isEqualTo(1);
    assertThat(top.score(0)).isEqualTo(5);
    assertThat(top.score(1)).isEqualTo(4);
  }

  @Test
  void drop_ratio_build_leaves_out_the_smallest_values() throws IOException {
    SparseRows rows = new SparseRows();
    rows.add(new SparseVector(new int[] {1, 7}, new float[] {1, 100}));
    rows.add(new SparseVector(new int[] {3, 5}, new float[] {9, 8}));
    SparseVector query = new SparseVector(new int[] {1}, new float[] {1});
    assertThat(found(index(rows, Map.of()), query, top(2, null)).size()).isEqualTo(1);
    assertThat(found(index(rows, Map.of("drop_ratio_build", "0.3")), query, top(2, null)).size())
        .isZero();
  }

  @Test
  void an_index_of_no_rows_and_a_query_of_no_values_find_nothing() throws IOException {
    SparseVector nothing = new SparseVector(new int[0], new float[0]);
    SparseRows none = new SparseRows();
    assertThat(found(index(none, Map.of()), nothing, top(3, null)).size()).isZero();
    SparseRows rows = new SparseRows();
    rows.add(nothing);
    rows.add(new SparseVector(new int[] {-2}, new float[] {1}));
    SparseIndex index = index(rows, Map.of());
    assertThat(found(index, nothing, top(3, null)).size()).isZero();
    assertThat(found(index, new SparseVector(new int[] {-2}, new float[] {2}), top(3, null)).row(0))
        .isEqualTo(1);
  }

  @Test
  void wrong_parameters_and_vectors_are_named() {
    SparseIndexType type = SparseIndexType.of("SPARSE_WAND");
    assertThatThrownBy(() -> type.check(Map.of("inverted_index_algo", "QUICK")))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("param 'inverted_index_algo' (QUICK) should be one of");
    assertThatThrownBy(() -> type.check(Map.of("drop_ratio_build", "1")))
        .hasMessage("param 'drop_ratio_build' (1) out of range: [0, 1)");
    assertThatThrownBy(() -> type.checkSearch(Map.of("drop_ratio_search", "NaN")))
        .hasMessage("param 'drop_ratio_search' (NaN) out of range: [0, 1)");
    assertThatThrownBy(() -> SparseIndexType.of("HNSW"))
        .hasMessageContaining("invalid index type: HNSW");
    assertThatThrownBy(() -> new SparseVector(new int[] {2, 1}, new float[] {1, 1}))
        .hasMessageContaining("2 stands before 1");
    assertThatThrownBy(() -> new SparseVector(new int[] {-1}, new float[] {1}))
        .hasMessageContaining("dimension 4294967295");
    assertThatThrownBy(() -> new SparseVector(new int[] {1}, new float[] {Float.NaN}))
        .hasMessageContaining("is NaN");
  }

  @Test
  void a_flipped_bit_is_found_on_open() throws IOException {
    SparseIndexType type = SparseIndexType.of("SPARSE_WAND");
    Path file = folder.resolve("flipped");
    Random random = random();
    type.build(rows(random, 500, false), Map.of(), file);
    byte[] bytes = Files.readAllBytes(file);
    for (int round = 0; round < 50; round++) {
      byte[] broken = bytes.clone();
      broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> type.open(MemorySegment.ofArray(broken)))
          .isInstanceOf(PandionException.class)
          .hasMessageContaining("build the index again");
    }
  }
}
