package io.pandion.index;

/// Walks a graph towards the query of a thread's scorer: Malkov and Yashunin, "Efficient and robust
/// approximate nearest neighbor search using Hierarchical Navigable Small World graphs", 2016,
/// algorithm 2.
final class HnswWalk {
  private HnswWalk() {}

  /// Leaves in `scratch.candidates` the best `width` rows that a walk on level 0 finds.
  static void search(HnswGraph graph, Scratch scratch, int width) {
    int nearest = descend(graph, scratch, 0);
    around(graph, scratch, nearest, 0, width);
  }

  /// The nearest row that greedy steps find on the levels above `level`.
  static int descend(HnswGraph graph, Scratch scratch, int level) {
    int best = graph.entry();
    float bestScore = scratch.scorer.score(best);
    int[] ids = scratch.ids(2 * graph.m);
    float[] scores = scratch.scores(2 * graph.m);
    for (int at = graph.top(); at > level; at--) {
      boolean moved = true;
      while (moved) {
        moved = false;
        int count = graph.neighbours(best, at, ids);
        scratch.scorer.scores(ids, count, scores);
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
  static void around(HnswGraph graph, Scratch scratch, int start, int level, int width) {
    Candidates candidates = scratch.candidates;
    Visited visited = scratch.visited;
    int[] ids = scratch.ids(2 * graph.m);
    float[] scores = scratch.scores(2 * graph.m);
    candidates.reset(width);
    visited.reset(graph.rows);
    visited.add(start);
    candidates.add(start, scratch.scorer.score(start));
    int at = 0;
    while (at < candidates.size()) {
      if (!candidates.see(at)) {
        at++;
        continue;
      }
      int count = graph.neighbours(candidates.row(at), level, ids);
      int fresh = 0;
      for (int i = 0; i < count; i++) {
        if (visited.add(ids[i])) {
          ids[fresh++] = ids[i];
        }
      }
      scratch.scorer.scores(ids, fresh, scores);
      int first = at + 1;
      for (int i = 0; i < fresh; i++) {
        first = Math.min(first, candidates.add(ids[i], scores[i]));
      }
      at = first;
    }
  }
}
