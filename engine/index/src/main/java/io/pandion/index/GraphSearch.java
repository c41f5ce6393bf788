package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.VectorKernel;
import java.util.Arrays;

/// Searches by a graph: a walk over codes yields nearly the nearest rows, whatever filter and range
/// say, and the accepted ones among them are scored again by their floats.
///
/// A walk that finds too few rows is followed by a wider one. Immutable, any number of threads.
///
/// @param twins of each row the next row with the very same vector, or none
/// @param ranking of the best rows, before their exact scores
record GraphSearch(
    GraphWalk walk, RowCodec codec, ExactScores exact, Twins twins, Ranking ranking) {
  GraphSearch(GraphWalk walk, RowCodec codec, ExactScores exact, Twins twins) {
    this(walk, codec, exact, twins, Ranking.FLOATS);
  }

  /// What a candidate of a walk costs, for each of `M`, in rows of a scan over codes. Measured over
  /// 339,479 x 100 dimensions: a row of a walk waits for memory and is sorted in, 57 ns with the
  /// native kernel and 84 ns with the Vector API, a row of a scan takes 7 and 14.
  private static final int NATIVE_SCAN_ROWS = 8;

  private static final int SCAN_ROWS = 6;

  /// Twice the bits for a dimension of codes of which twice k rows are ranked again.
  private static final double TWICE = 8;

  /// Rows with the very same vector as one in the graph.
  interface Twins {
    /// The next one, or [Graph#NONE].
    int next(int row);
  }

  /// Adds the best rows to `into`; false, with nothing added, where a scan of the accepted rows is
  /// cheaper or the graph has too few.
  ///
  /// @param first width of the first walk
  /// @param wanted rows that are scored by their floats
  /// @param rows of the graph that may be found: those below
  boolean search(
      float[] query, int offset, long first, int wanted, VectorSearch search, int rows, TopK into) {
    AcceptRows accept = search.accept();
    int accepted = accept == null ? rows : accept.count();
    GraphScratch scratch = GraphScratch.ofThread();
    boolean prepared = false;
    long width = first;
    while (cost(width) < accepted) {
      if (!prepared) {
        codec.prepare(query, offset, scratch.query);
        prepared = true;
      }
      walk.search(scratch, (int) width);
      refine(query, offset, wanted, search, rows, scratch);
      if (scratch.refined.inRange(search) >= search.k() || allWithin(scratch, search)) {
        scratch.refined.offer(search, into);
        return true;
      }
      if (!scratch.candidates.full()) {
        return false;
      }
      width *= 4;
    }
    return false;
  }

  /// The width of the first walk: `ef`, more where few rows are accepted.
  static long width(int ef, VectorSearch search, int rows) {
    AcceptRows accept = search.accept();
    int accepted = accept == null ? rows : accept.count();
    if (accepted >= rows) {
      return ef;
    }
    double share = Math.max(1.0, accepted) / rows;
    return (long) Math.ceil(Math.max(ef / Math.sqrt(share), 1.5 * search.k() / share));
  }

  /// Whether a scan of the accepted rows is cheaper than a walk.
  boolean scans(long width, int accepted) {
    return cost(width) >= accepted;
  }

  private long cost(long width) {
    boolean fast = walk.kernel().name().equals("native");
    return width * Math.min(walk.graph().m, 32) * (fast ? NATIVE_SCAN_ROWS : SCAN_ROWS);
  }

  /// Scores the best accepted candidates by their floats, all of them where a range is asked for.
  private void refine(
      float[] query, int offset, int wanted, VectorSearch search, int rows, GraphScratch scratch) {
    Candidates found = scratch.candidates;
    Refined refined = scratch.refined;
    refined.clear();
    for (int i = 0; i < found.size() && refined.size < wanted; i++) {
      for (int row = found.row(i); row >= 0 && refined.size < wanted; row = twins.next(row)) {
        if (accepts(search, row, rows)) {
          refined.add(row);
        }
      }
    }
    rank(query, offset, search, scratch);
  }

  /// Ranks the rows in `scratch.refined` again and leaves the best with their exact scores.
  void rank(float[] query, int offset, VectorSearch search, GraphScratch scratch) {
    Refined refined = scratch.refined;
    if (!search.ranged()) {
      ranking.narrow(query, offset, search.k(), scratch);
    }
    Arrays.sort(refined.rows, 0, refined.size);
    exact.score(query, offset, refined.rows, refined.size, refined.scores);
  }

  /// How many rows are scored again: `refine_k` times k, by default what the error of the codes
  /// asks for.
  int refineRows(VectorSearch search) {
    if (search.ranged()) {
      return Integer.MAX_VALUE;
    }
    int k = search.k();
    double factor = GraphParams.refineK(search.params());
    if (ranking.refine() == Refine.NOTHING) {
      return k;
    }
    if (factor > 0) {
      return (int) Math.min(Integer.MAX_VALUE, Math.ceil(k * factor));
    }
    return switch (codec.format()) {
      case SQ4 -> 2 * k + 20;
      case PQ -> (int) Math.ceil(Math.clamp(TWICE / bits(), 2.0, 16.0) * (k + 10));
      default -> k + k / 2 + 15;
    };
  }

  /// Bits of the codes for each dimension.
  private double bits() {
    return 8.0 * codec.width() / codec.dimension();
  }

  /// Whether more than half of the candidates lie beyond the radius: then none within was missed.
  private static boolean allWithin(GraphScratch scratch, VectorSearch search) {
    Candidates found = scratch.candidates;
    return found.full() && found.score(found.size() / 2) <= search.radius();
  }

  private static boolean accepts(VectorSearch search, int row, int rows) {
    AcceptRows accept = search.accept();
    return row < rows && (accept == null || (row < accept.rows() && accept.accepts(row)));
  }

  /// The kernel and the codes that walks use.
  VectorKernel kernel() {
    return walk.kernel();
  }
}
