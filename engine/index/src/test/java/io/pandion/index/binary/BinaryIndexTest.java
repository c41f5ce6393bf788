package io.pandion.index.binary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.index.AcceptRows;
import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BinaryIndexTest {
  private static final long SEED = Long.getLong("seed", 42L);

  @TempDir Path folder;

  private static Random random() {
    System.out.println("-Dseed=" + SEED);
    return new Random(SEED);
  }

  private static BinaryRows rows(byte[][] vectors, int dimension) {
    int stride = BinaryRows.stride(dimension);
    MemorySegment data = Arena.ofAuto().allocate(Math.max(8L, (long) vectors.length * stride), 64);
    for (int i = 0; i < vectors.length; i++) {
      MemorySegment.copy(
          vectors[i], 0, data, ValueLayout.JAVA_BYTE, (long) i * stride, dimension / 8);
    }
    return new BinaryRows(data, vectors.length, dimension, stride);
  }

  /// Vectors around random centres, one bit in eight flipped.
  private static byte[][] clustered(Random random, int count, int dimension, int centres) {
    byte[][] middle = new byte[centres][dimension / 8];
    for (byte[] m : middle) {
      random.nextBytes(m);
    }
    byte[][] out = new byte[count][];
    for (int i = 0; i < count; i++) {
      out[i] = middle[random.nextInt(centres)].clone();
      for (int bit = 0; bit < dimension / 8; bit++) {
        out[i][random.nextInt(dimension / 8)] ^= (byte) (1 << random.nextInt(8));
      }
    }
    return out;
  }

  private static float score(BinaryMetric metric, byte[] a, byte[] b) {
    BitSet both = BitSet.valueOf(a);
    both.and(BitSet.valueOf(b));
    BitSet either = BitSet.valueOf(a);
    either.or(BitSet.valueOf(b));
    if (metric == BinaryMetric.HAMMING) {
      return both.cardinality() - either.cardinality();
    }
    return either.isEmpty() ? -1 : -(1 - (float) both.cardinality() / either.cardinality());
  }

  private static TopK truth(
      byte[][] vectors, BinaryMetric metric, byte[] query, VectorSearch search) {
    TopK top = new TopK();
    top.reset(search.k());
    AcceptRows accept = search.accept();
    for (int row = 0; row < vectors.length; row++) {
      float score = score(metric, query, vectors[row]);
      if ((accept == null || accept.accepts(row)) && search.inRange(score)) {
        top.offer(row, score);
      }
    }
    top.sort();
    return top;
  }

  private BinaryIndex index(
      String name, BinaryRows rows, BinaryMetric metric, Map<String, String> params)
      throws IOException {
    BinaryIndexType type = BinaryIndexType.of(name);
    Path file = Files.createTempFile(folder, name, "");
    Files.delete(file);
    type.build(rows, metric, params, 7, 2, file);
    return type.open(MemorySegment.ofArray(Files.readAllBytes(file)), rows, metric);
  }

  private static TopK found(BinaryIndex index, byte[] query, VectorSearch search) {
    TopK top = new TopK();
    top.reset(search.k());
    index.search(query, 0, search, top);
    top.sort();
    return top;
  }

  private static VectorSearch top(int k, @Nullable AcceptRows accept, Map<String, String> params) {
    return new VectorSearch(k, accept, Float.NaN, Float.NaN, params);
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
      assertThat(found.row(i)).isEqualTo(truth.row(i));
      assertThat(found.score(i)).isEqualTo(truth.score(i));
    }
  }

  @ParameterizedTest
  @EnumSource
  void flat_and_all_lists_find_what_brute_force_finds(BinaryMetric metric) throws IOException {
    Random random = random();
    for (int dimension : new int[] {8, 72, 512, 1000}) {
      byte[][] vectors = clustered(random, 1_100, dimension, 20);
      BinaryRows rows = rows(vectors, dimension);
      BinaryIndex flat = index("BIN_FLAT", rows, metric, Map.of());
      BinaryIndex lists = index("BIN_IVF_FLAT", rows, metric, Map.of("nlist", "16"));
      assertThat(flat.rows()).isEqualTo(1_100);
      assertThat(lists.rows()).isEqualTo(1_100);
      for (int round = 0; round < 20; round++) {
        byte[] query = clustered(random, 1, dimension, 1)[0];
        AcceptRows accept = round % 2 == 0 ? null : passing(random, 1_100, random.nextDouble());
        VectorSearch search = top(25, accept, Map.of("nprobe", "16"));
        TopK truth = truth(vectors, metric, query, search);
        same(found(flat, query, search), truth);
        same(found(lists, query, search), truth);
        if (truth.size() > 20) {
          VectorSearch range =
              new VectorSearch(25, accept, truth.score(20), truth.score(3), Map.of("nprobe", "16"));
          same(found(flat, query, range), truth(vectors, metric, query, range));
          same(found(lists, query, range), truth(vectors, metric, query, range));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_few_lists_find_nearly_all(BinaryMetric metric) throws IOException {
    Random random = random();
    byte[][] vectors = clustered(random, 10_000, 256, 100);
    BinaryRows rows = rows(vectors, 256);
    BinaryIndex lists = index("BIN_IVF_FLAT", rows, metric, Map.of("nlist", "128"));
    int hits = 0;
    for (int round = 0; round < 100; round++) {
      byte[] query = vectors[random.nextInt(vectors.length)];
      VectorSearch search = top(10, null, Map.of("nprobe", "16"));
      TopK truth = truth(vectors, metric, query, search);
      TopK found = found(lists, query, search);
      assertThat(found.size()).isEqualTo(10);
      for (int i = 0; i < 10; i++) {
        hits += found.score(i) >= truth.score(9) ? 1 : 0;
      }
    }
    System.out.println("recall@10 " + hits / 1000.0);
    assertThat(hits).isGreaterThan(900);
  }

  @Test
  void k_rows_are_found_when_the_nearest_lists_have_none() throws IOException {
    Random random = random();
    byte[][] vectors = clustered(random, 2_000, 128, 50);
    BinaryRows rows = rows(vectors, 128);
    BinaryIndex lists = index("BIN_IVF_FLAT", rows, BinaryMetric.HAMMING, Map.of("nlist", "64"));
    AcceptRows few = passing(random, 2_000, 0.01);
    VectorSearch search = top(10, few, Map.of("nprobe", "1"));
    for (int round = 0; round < 50; round++) {
      TopK found = found(lists, clustered(random, 1, 128, 1)[0], search);
      assertThat(found.size()).isEqualTo(Math.min(10, few.count()));
    }
  }

  @Test
  void kernels_agree_at_every_length() {
    Random random = random();
    for (int words = 1; words <= 40; words++) {
      long[] query = random.longs(words).toArray();
      MemorySegment data = Arena.ofAuto().allocate(8L * words * 5 + 8, 8);
      for (int i = 0; i < 5 * words; i++) {
        data.set(ValueLayout.JAVA_LONG, 8L * i, random.nextLong());
      }
      long[] at = {0, 8L * words, 16L * words, 24L * words, 32L * words};
      int[][] out = new int[6][5];
      new ScalarBitKernel().differing(query, data, at, 5, words, out[0]);
      new LaneBitKernel().differing(query, data, at, 5, words, out[1]);
      new ScalarBitKernel().common(query, data, at, 5, words, out[2], out[3]);
      new LaneBitKernel().common(query, data, at, 5, words, out[4], out[5]);
      assertThat(out[1]).isEqualTo(out[0]);
      assertThat(out[4]).isEqualTo(out[2]);
      assertThat(out[5]).isEqualTo(out[3]);
    }
  }

  @Test
  void the_same_seed_gives_the_same_file_and_no_rows_make_an_index() throws IOException {
    BinaryRows rows = rows(clustered(random(), 3_000, 64, 10), 64);
    BinaryIndexType type = BinaryIndexType.BIN_IVF_FLAT;
    type.build(rows, BinaryMetric.HAMMING, Map.of(), 5, 1, folder.resolve("a"));
    type.build(rows, BinaryMetric.HAMMING, Map.of(), 5, 3, folder.resolve("b"));
    assertThat(Files.mismatch(folder.resolve("a"), folder.resolve("b"))).isEqualTo(-1);
    BinaryRows none = rows(new byte[0][], 64);
    for (BinaryIndexType each : BinaryIndexType.values()) {
      BinaryIndex index = index(each.name(), none, BinaryMetric.JACCARD, Map.of());
      assertThat(found(index, new byte[8], top(3, null, Map.of())).size()).isZero();
    }
  }

  @Test
  void wrong_parameters_and_files_are_named() throws IOException {
    BinaryIndexType type = BinaryIndexType.BIN_IVF_FLAT;
    assertThatThrownBy(() -> type.check(Map.of("nlist", "65537")))
        .hasMessage("param 'nlist' (65537) out of range: [1, 65536]");
    assertThatThrownBy(() -> type.checkSearch(Map.of("nprobe", "0")))
        .hasMessage("param 'nprobe' (0) out of range: [1, 65536]");
    assertThatThrownBy(() -> BinaryIndexType.of("FLAT"))
        .hasMessageContaining("invalid index type: FLAT");
    assertThatThrownBy(() -> BinaryMetric.of("COSINE")).hasMessageContaining("HAMMING or JACCARD");
    BinaryRows rows = rows(clustered(random(), 100, 64, 2), 64);
    Path file = folder.resolve("file");
    type.build(rows, BinaryMetric.HAMMING, Map.of(), 5, 1, file);
    MemorySegment bytes = MemorySegment.ofArray(Files.readAllBytes(file));
    assertThatThrownBy(() -> type.open(bytes, rows, BinaryMetric.JACCARD))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("other vectors or another metric");
  }
}
