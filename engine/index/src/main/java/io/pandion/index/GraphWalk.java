package io.pandion.index;

import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;

/// Walks a graph towards the prepared query of a thread: Malkov and Yashunin, "Efficient and robust
/// approximate nearest neighbor search using Hierarchical Navigable Small World graphs", 2016,
/// algorithm 2. Immutable, any number of threads, each with its scratch.
///
/// @param codes rows that walks compare, of the graph's rows
record GraphWalk(VectorKernel kernel, Graph graph, Rows codes) {

  /// Leaves in `scratch.candidates` the best `width` rows that a walk on level 0 finds.
  void search(GraphScratch scratch, int width) {
    int nearest = descend(scratch, 0);
    around(scratch, nearest, 0, width);
  }

  /// The nearest row that greedy steps find on the levels above `level`.
  int descend(GraphScratch scratch, int level) {
    int best = graph.entry();
    int top = graph.top();
    if (top <= level) {
      return best;
    }
    ScoreBatch batch = scratch.batch(2 * graph.m);
    int[] ids = batch.ids();
    float[] scores = batch.scores();
    ids[0] = best;
    batch.readsNext(0);
    kernel.score(scratch.query, codes, batch, 1);
    float bestScore = scores[0];
    for (int at = top; at > level; at--) {
      boolean moved = true;
      while (moved) {
        moved = false;
        int count = graph.neighbours(best, at, ids);
        kernel.score(scratch.query, codes, batch, count);
        for (int i = 0; i < count; i++) {
          if (scores[i] > bestScore) {
            bestScore = scores[i];
            best = ids[i];
            moved = true;
          }
        }
      }
    }
    return best;
  }

  /// Leaves in `scratch.candidates` the best `width` rows of a level, started at one row.
  void around(GraphScratch scratch, int start, int level, int width) {
    begin(scratch, start, width);
    expand(scratch, 0, level, width);
  }

  /// Makes one row the only candidate of a walk that keeps at most `width`.
  void begin(GraphScratch scratch, int start, int width) {
    scratch.candidates.reset(width);
    scratch.visited.reset(codes.count());
    scratch.visited.add(start);
    ScoreBatch batch = scratch.batch(2 * graph.m);
    batch.ids()[0] = start;
    batch.readsNext(0);
    kernel.score(scratch.query, codes, batch, 1);
    scratch.candidates.add(start, batch.scores()[0]);
  }

  /// Goes on with a walk until the neighbours of the best `until` candidates have been seen, which
  /// are then what a walk of that width finds; returns the place of the next candidate.
  ///
  /// @param from the place at which the walk stands
  /// @param until at most the width with which the walk began
  int expand(GraphScratch scratch, int from, int level, int until) {
    Candidates candidates = scratch.candidates;
    Visited visited = scratch.visited;
    ScoreBatch batch = scratch.batch(2 * graph.m);
    int[] ids = batch.ids();
    float[] scores = batch.scores();
    int at = from;
    while (at < until && at < candidates.size()) {
      if (!candidates.see(at)) {
        at++;
        continue;
      }
      int fresh = visited.fresh(ids, graph.neighbours(candidates.row(at), level, ids));
      if (fresh == 0) {
        at++;
        continue;
      }
      // unless a better one turns up, the next candidate is expanded next
      boolean more = level == 0 && at + 1 < candidates.size();
      batch.readsNext(more ? graph.address(candidates.row(at + 1)) : 0);
      kernel.score(scratch.query, codes, batch, fresh);
      int first = at + 1;
      for (int i = 0; i < fresh; i++) {
        first = Math.min(first, candidates.add(ids[i], scores[i]));
      }
      at = first;
    }
    return at;
  }
}
