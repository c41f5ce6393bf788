package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import java.util.Arrays;

/// Links rows into a graph one after the other: algorithms 1 and 4 of the paper named in
/// [GraphWalk], over codes. Any number of threads, each with a [Worker]; walks take no lock, a
/// record is changed under one of [#LOCKS] locks. One thread gives the same graph every time.
final class GraphBuilder {
  private static final int LOCKS = 4096;

  private final BuiltGraph graph;
  private final GraphWalk walk;
  private final Rows codes;
  private final RowCodec codec;
  private final VectorKernel kernel;
  private final int efConstruction;
  private final Object[] locks = new Object[LOCKS];
  private final Object roof = new Object();

  /// @param codec of the codes, SQ8 or FLOAT32
  GraphBuilder(BuiltGraph graph, Rows codes, RowCodec codec, int efConstruction) {
    this.graph = graph;
    this.codes = codes;
    this.codec = codec;
    this.kernel = VectorKernel.chosen();
    this.walk = new GraphWalk(kernel, graph, codes);
    this.efConstruction = efConstruction;
    Arrays.setAll(locks, _ -> new Object());
  }

  /// The level of a row, 1 / ln M apart, from a seed.
  static int level(int row, int m, long seed) {
    long state = seed + 0x9e3779b97f4a7c15L * (row + 1L); // splitmix64
    long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    double chance = (((z ^ (z >>> 31)) >>> 11) + 1) * 0x1p-53;
    return (int) Math.min(30, -Math.log(chance) / Math.log(m));
  }

  /// What one thread needs to add rows.
  final class Worker {
    private final GraphScratch scratch = new GraphScratch();
    private final RowQuery pair = new RowQuery();
    private final ScoreBatch batch = new ScoreBatch(2 * graph.m + 1);
    private final Candidates crowd = new Candidates();
    private final int[] chosen = new int[2 * graph.m];
    private final int[] kept = new int[2 * graph.m];
    private final int[] others = new int[2 * graph.m + 1];

    /// Adds a row whose codes are written; each row once.
    void add(int row, int level) {
      if (level > 0) {
        graph.raise(row, level);
      }
      if (graph.entry() >= 0 && level <= graph.top()) {
        link(row, level);
        return;
      }
      synchronized (roof) {
        if (graph.entry() < 0) {
          graph.enterAt(row, level);
          return;
        }
        link(row, level);
        if (level > graph.top()) {
          graph.enterAt(row, level);
        }
      }
    }

    private void link(int row, int level) {
      codec.prepareRow(codes, row, scratch.query);
      int start = walk.descend(scratch, level);
      for (int at = Math.min(level, graph.top()); at >= 0; at--) {
        walk.around(scratch, start, at, efConstruction);
        Candidates found = scratch.candidates;
        start = found.row(0) == row && found.size() > 1 ? found.row(1) : found.row(0);
        int count = choose(found, row, graph.m, chosen);
        synchronized (lock(row)) {
          graph.link(row, at, chosen, count);
        }
        for (int i = 0; i < count; i++) {
          synchronized (lock(chosen[i])) {
            linkBack(chosen[i], row, at);
          }
        }
      }
    }

    private Object lock(int row) {
      return locks[row & (LOCKS - 1)];
    }

    private void linkBack(int from, int to, int level) {
      int count = graph.neighbours(from, level, others);
      for (int i = 0; i < count; i++) {
        if (others[i] == to) {
          return;
        }
      }
      int capacity = graph.capacity(level);
      if (count < capacity) {
        graph.append(from, level, count, to);
        return;
      }
      others[count] = to;
      codec.prepareRow(codes, from, pair);
      System.arraycopy(others, 0, batch.ids(), 0, count + 1);
      kernel.score(pair, codes, batch, count + 1);
      crowd.reset(count + 1);
      for (int i = 0; i <= count; i++) {
        crowd.add(others[i], batch.scores()[i]);
      }
      graph.link(from, level, kept, choose(crowd, from, capacity, kept));
    }

    /// Keeps a candidate unless one kept before is nearer to it than the row is.
    private int choose(Candidates from, int self, int limit, int[] out) {
      int count = 0;
      for (int i = 0; i < from.size() && count < limit; i++) {
        int row = from.row(i);
        if (row != self && !covered(row, out, count, from.score(i))) {
          out[count++] = row;
        }
      }
      return count;
    }

    private boolean covered(int row, int[] kept, int count, float score) {
      if (count == 0) {
        return false;
      }
      codec.prepareRow(codes, row, pair);
      System.arraycopy(kept, 0, batch.ids(), 0, count);
      kernel.score(pair, codes, batch, count);
      float[] scores = batch.scores();
      for (int i = 0; i < count; i++) {
        if (scores[i] > score) {
          return true;
        }
      }
      return false;
    }
  }
}
