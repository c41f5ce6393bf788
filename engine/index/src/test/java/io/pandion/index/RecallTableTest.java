package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.pandion.index.RecallTable.Kind;
import io.pandion.index.RecallTable.Line;
import io.pandion.index.RecallWorld.Searched;
import io.pandion.index.binary.BinaryIndexType;
import io.pandion.index.sparse.SparseIndexType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Recall against exact search, for every line of [RecallTable]: in memory and mapped, all rows,
/// some deleted, few accepted; the nearest, those in a range, and step by step to the end.
class RecallTableTest {
  private static final int K = 10;
  private static final Map<Kind, RecallWorld> WORLDS = new EnumMap<>(Kind.class);
  private static final Map<String, double[][]> SCORES = new HashMap<>();

  @TempDir private Path folder;

  static List<Line> lines() {
    return RecallTable.lines();
  }

  @Test
  void every_kind_of_index_is_in_the_table() {
    Set<String> known = new HashSet<>(VectorIndexTypes.names());
    known.addAll(SparseIndexType.names());
    Arrays.stream(BinaryIndexType.values()).map(Enum::name).forEach(known::add);
    Set<String> told = lines().stream().map(Line::type).collect(Collectors.toSet());
    assertThat(told).containsAll(known);
  }

  @ParameterizedTest
  @MethodSource("lines")
  void recall_is_as_stated(Line line) throws IOException {
    if (line.type().startsWith("GROWING")) {
      check(line, world(line).growing(line));
      return;
    }
    Path file = folder.resolve("index");
    world(line).build(line, file);
    Searched inMemory = world(line).open(line, TestVectors.file(file));
    check(line, inMemory);
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      same(line, inMemory, world(line).open(line, mapped));
    }
  }

  private void check(Line line, Searched searched) {
    Random random = new Random(TestVectors.SEED);
    AcceptRows undeleted = TestVectors.passing(random, RecallWorld.ROWS, 0.9);
    AcceptRows few = TestVectors.passing(random, RecallWorld.ROWS, 0.05);
    StringBuilder told = new StringBuilder(line.toString());
    for (@Nullable AcceptRows accept : new AcceptRows[] {null, undeleted, few}) {
      double nearest = 0;
      double inRange = 0;
      double iterated = 0;
      for (int query = 0; query < RecallWorld.QUERIES; query++) {
        double[] best = best(line, query, accept);
        nearest += recall(line, searched, query, search(line, K, accept, null), best);
        iterated += iterated(line, searched, query, search(line, K, accept, null), best);
        inRange += recall(line, searched, query, search(line, 5 * K, accept, best), best);
      }
      for (double sum : new double[] {nearest, inRange, iterated}) {
        double recall = sum / RecallWorld.QUERIES;
        told.append(" %.4f".formatted(recall));
        assertThat(recall).as(told.toString()).isGreaterThanOrEqualTo(line.least());
      }
    }
    System.out.println(told);
  }

  /// A search for the nearest k; with scores, in the range of those of the ranks 4 to 30.
  private static VectorSearch search(
      Line line, int k, @Nullable AcceptRows accept, double @Nullable [] best) {
    float radius = best == null ? Float.NaN : between(best, 29);
    float range = best == null ? Float.NaN : between(best, 2);
    return new VectorSearch(k, accept, radius, range, params(line, k));
  }

  private static Map<String, String> params(Line line, int k) {
    Map<String, String> out = new HashMap<>(line.search());
    for (String name : List.of("ef", "search_list", "reorder_k")) {
      out.computeIfPresent(name, (_, v) -> Integer.toString(Math.max(k, Integer.parseInt(v))));
    }
    return out;
  }

  /// Between the score of a rank and the next lower one, so that it does not matter how scores are
  /// rounded.
  private static float between(double[] best, int rank) {
    int next = rank + 1;
    while (best[next] == best[rank]) {
      next++;
    }
    return (float) ((best[rank] + best[next]) / 2);
  }

  /// The share of the best rows in range that are found; all that is found is accepted, in range
  /// and has the score that it should have.
  private double recall(
      Line line, Searched searched, int query, VectorSearch search, double[] best) {
    double[] scores = scores(line)[query];
    double[] wanted =
        Arrays.stream(best).filter(s -> search.inRange((float) s)).limit(search.k()).toArray();
    TopK top = found(searched, query, search);
    assertThat(top.size()).as(line.toString()).isLessThanOrEqualTo(search.k());
    if (Float.isNaN(search.radius())) {
      assertThat(top.size()).as(line.toString()).isEqualTo(wanted.length);
    }
    Set<Integer> rows = new HashSet<>();
    double last = wanted[wanted.length - 1];
    double tolerance = 1e-4 * Math.max(1, Math.abs(last));
    int hits = 0;
    for (int i = 0; i < top.size(); i++) {
      int row = top.row(i);
      right(line, search, scores, tolerance, row, top.score(i), rows.add(row));
      hits += scores[row] >= last - tolerance ? 1 : 0;
    }
    return Math.min(1, (double) hits / wanted.length);
  }

  /// The share of the best rows that steps of an iteration give, none of them twice; then goes on
  /// to the end.
  private double iterated(
      Line line, Searched searched, int query, VectorSearch search, double[] best) {
    VectorIteration iteration = searched.iterate(query, search);
    double[] scores = scores(line)[query];
    Set<Integer> rows = new HashSet<>();
    TopK top = new TopK();
    int steps = Math.min(8, best.length / K);
    double last = best[steps * K - 1];
    double tolerance = 1e-4 * Math.max(1, Math.abs(last));
    int hits = 0;
    for (int step = 0; step < steps; step++) {
      top.reset(K);
      iteration.next(top);
      assertThat(top.size()).as(line.toString()).isEqualTo(K);
      for (int i = 0; i < K; i++) {
        int row = top.row(i);
        right(line, search, scores, tolerance, row, top.score(i), rows.add(row));
        hits += scores[row] >= last - tolerance ? 1 : 0;
      }
    }
    if (query == 0) {
      top.reset(best.length);
      iteration.next(top);
      assertThat(top.size()).as(line.toString()).isEqualTo(best.length - steps * K);
      for (int i = 0; i < top.size(); i++) {
        assertThat(rows.add(top.row(i))).as("%s: row %s twice", line, top.row(i)).isTrue();
      }
      top.reset(K);
      iteration.next(top);
      assertThat(top.size()).isZero();
    }
    return Math.min(1, (double) hits / (steps * K));
  }

  /// What is found is found once, accepted, in range and has the score that it should have.
  private static void right(
      Line line,
      VectorSearch search,
      double[] scores,
      double tolerance,
      int row,
      float score,
      boolean once) {
    boolean accepted = search.accept() == null || search.accept().accepts(row);
    boolean near = Math.abs(scores[row] - score) <= tolerance;
    if (!once || !accepted || !near || !search.inRange(score)) {
      fail(
          "%s: row %d, score %f (should be %f), once %b, accepted %b",
          line, row, score, scores[row], once, accepted);
    }
  }

  private static TopK found(Searched searched, int query, VectorSearch search) {
    TopK top = new TopK();
    top.reset(search.k());
    searched.search(query, search, top);
    top.sort();
    return top;
  }

  private void same(Line line, Searched one, Searched other) {
    for (int query = 0; query < RecallWorld.QUERIES; query++) {
      TopK expected = found(one, query, search(line, K, null, null));
      TopK found = found(other, query, search(line, K, null, null));
      assertThat(found.size()).isEqualTo(expected.size());
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.row(i)).isEqualTo(expected.row(i));
        assertThat(found.score(i)).isEqualTo(expected.score(i));
      }
    }
  }

  /// The scores of all accepted rows that can be found, the best first.
  private double[] best(Line line, int query, @Nullable AcceptRows accept) {
    double[] scores = scores(line)[query];
    double[] out = new double[scores.length];
    int count = 0;
    for (int row = 0; row < scores.length; row++) {
      if ((accept == null || accept.accepts(row)) && !Double.isNaN(scores[row])) {
        out[count++] = -scores[row];
      }
    }
    Arrays.sort(out, 0, count);
    return Arrays.stream(out, 0, count).map(s -> -s).toArray();
  }

  private static RecallWorld world(Line line) {
    return WORLDS.computeIfAbsent(line.kind(), RecallWorld::of);
  }

  private static double[][] scores(Line line) {
    return SCORES.computeIfAbsent(
        line.kind() + line.metric(),
        _ -> {
          double[][] out = new double[RecallWorld.QUERIES][RecallWorld.ROWS];
          for (int query = 0; query < out.length; query++) {
            for (int row = 0; row < out[query].length; row++) {
              out[query][row] = world(line).score(line.metric(), query, row);
            }
          }
          return out;
        });
  }
}
