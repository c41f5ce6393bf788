package io.pandion.index;

import io.pandion.model.PandionException;
import java.util.Arrays;

/// Links rows into a graph, one after the other: algorithms 1 and 4 of the paper named in
/// [HnswWalk]. One thread.
final class HnswBuilder {
  private final HnswGraph graph;
  private final FloatRows vectors;
  private final int efConstruction;
  private final int[] levels;
  private final Scratch scratch = new Scratch();
  private final Scorer pairs = new Scorer();
  private final Candidates crowd = new Candidates();
  private final int[] chosen;
  private final int[] others;

  /// @param levels of the rows; the blocks of the graph suffice for them
  HnswBuilder(
      HnswGraph graph, FloatRows vectors, Scorers scorers, int efConstruction, int[] levels) {
    this.graph = graph;
    this.vectors = vectors;
    this.efConstruction = efConstruction;
    this.levels = levels;
    this.chosen = new int[2 * graph.m];
    this.others = new int[2 * graph.m];
    scorers.aim(scratch.scorer);
    scorers.aim(pairs);
  }

  /// Turns a scorer to the vectors of the graph.
  interface Scorers {
    void aim(Scorer scorer);
  }

  /// The level of each row, 1 / ln M apart, from a seed.
  static int[] levels(int rows, int m, long seed) {
    int[] out = new int[rows];
    long state = seed;
    double scale = 1 / Math.log(m);
    for (int row = 0; row < rows; row++) {
      state += 0x9e3779b97f4a7c15L; // splitmix64
      long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      double chance = (((z ^ (z >>> 31)) >>> 11) + 1) * 0x1p-53;
      out[row] = (int) Math.min(30, -Math.log(chance) * scale);
    }
    return out;
  }

  void build() {
    int[] firstOf = new TwinFinder(vectors).firstOf();
    int[] last = new int[vectors.rows()];
    int block = 0;
    for (int row = 0; row < firstOf.length; row++) {
      if (Thread.currentThread().isInterrupted()) {
        throw PandionException.unavailable("the build of the index was cancelled");
      }
      int first = firstOf[row];
      if (first != row) {
        graph.twin(last[first], row);
        last[first] = row;
        continue;
      }
      last[row] = row;
      if (levels[row] > 0) {
        graph.firstBlock(row, block);
        block += levels[row];
      }
      add(row);
    }
  }

  private void add(int row) {
    int level = levels[row];
    if (graph.entry() < 0) {
      graph.enterAt(row, level);
      return;
    }
    scratch.scorer.queryRow(row);
    int start = HnswWalk.descend(graph, scratch, level);
    for (int at = Math.min(level, graph.top()); at >= 0; at--) {
      HnswWalk.around(graph, scratch, start, at, efConstruction);
      start = scratch.candidates.row(0);
      int count = choose(scratch.candidates, graph.m, chosen);
      graph.link(row, at, chosen, count);
      int[] linked = Arrays.copyOf(chosen, count);
      for (int neighbour : linked) {
        linkBack(neighbour, row, at);
      }
    }
    if (level > graph.top()) {
      graph.enterAt(row, level);
    }
  }

  private void linkBack(int from, int to, int level) {
    int count = graph.neighbours(from, level, others);
    int capacity = graph.capacity(level);
    if (count < capacity) {
      others[count] = to;
      graph.link(from, level, others, count + 1);
      return;
    }
    crowd.reset(capacity + 1);
    pairs.queryRow(from);
    float[] scores = scratch.scores(count);
    pairs.scores(others, count, scores);
    for (int i = 0; i < count; i++) {
      crowd.add(others[i], scores[i]);
    }
    crowd.add(to, pairs.score(to));
    int kept = choose(crowd, capacity, chosen);
    graph.link(from, level, chosen, kept);
  }

  /// Keeps a candidate unless one kept before is nearer to it than the row is.
  private int choose(Candidates from, int limit, int[] out) {
    int count = 0;
    for (int i = 0; i < from.size() && count < limit; i++) {
      int row = from.row(i);
      pairs.queryRow(row);
      if (!covered(out, count, from.score(i))) {
        out[count++] = row;
      }
    }
    return count;
  }

  private boolean covered(int[] kept, int count, float score) {
    for (int i = 0; i < count; i++) {
      if (pairs.score(kept[i]) > score) {
        return true;
      }
    }
    return false;
  }
}
