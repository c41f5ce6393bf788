package io.pandion.index;

import io.pandion.index.kernel.RowQuery;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Goes on with one walk: each step widens it by as many rows as are wanted, and the best of the
/// rows that it has seen by then are given. Where the walk has become so wide that a scan is
/// cheaper, and where it ends before all rows are given, an exact iteration takes over.
final class GraphIteration implements VectorIteration {
  private final GraphSearch graph;
  private final float[] query;
  private final VectorSearch search;
  private final int rows;
  private final Function<AcceptRows, VectorIteration> exact;
  private final GraphScratch scratch = new GraphScratch();
  private final PendingRows pending = new PendingRows();
  private final Visited known = new Visited();

  /// Rows that may still be given.
  private final long[] left;

  private final double share;
  private int capacity;
  private int width;
  private int at;
  private @Nullable VectorIteration rest;

  /// @param query kept
  /// @param first width that a search would have; the walk stays as much wider than what is given
  /// @param rows of the graph that may be found: those below
  /// @param exact goes on among the rows that are left
  GraphIteration(
      GraphSearch graph,
      float[] query,
      VectorSearch search,
      long first,
      int rows,
      Function<AcceptRows, VectorIteration> exact) {
    this.graph = graph;
    this.query = query;
    this.search = search;
    this.rows = rows;
    this.exact = exact;
    this.left = new long[(rows + 63) >>> 6];
    AcceptRows accept = search.accept();
    for (int row = 0; row < rows; row++) {
      if (accept == null || (row < accept.rows() && accept.accepts(row))) {
        left[row >>> 6] |= 1L << row;
      }
    }
    int accepted = Arrays.stream(left).mapToInt(Long::bitCount).sum();
    this.share = Math.max(1.0, accepted) / Math.max(1, rows);
    if (accepted == 0 || graph.walk().graph().entry() < 0 || graph.scans(first, accepted)) {
      this.rest = exact.apply(new AcceptRows(left, rows));
      return;
    }
    width = (int) first;
    capacity = 4 * width;
    known.reset(graph.walk().codes().count());
    RowQuery prepared = scratch.query;
    graph.codec().prepare(query, 0, prepared);
    scratch.candidates.keepDropped();
    graph.walk().begin(scratch, graph.walk().descend(scratch, 0), capacity);
  }

  @Override
  public void next(TopK into) {
    if (rest == null && !reach(into.k())) {
      rest = exact.apply(new AcceptRows(left, rows));
    }
    if (rest != null) {
      rest.next(into);
      return;
    }
    pending.move(into);
    for (int i = 0; i < into.size(); i++) {
      left[into.row(i) >>> 6] &= ~(1L << into.row(i));
    }
  }

  /// Widens the walk until enough rows are pending; false when it should not or cannot.
  private boolean reach(int count) {
    long more = (long) Math.ceil(count / share);
    int accepted = Arrays.stream(left).mapToInt(Long::bitCount).sum();
    do {
      long wider = width + more;
      if (graph.scans(wider, accepted)) {
        return false;
      }
      width = (int) wider;
      walk();
      score();
      if (scratch.candidates.size() < width) {
        return pending.size() >= count;
      }
      more = width / 2;
    } while (pending.size() < count);
    return true;
  }

  private void walk() {
    if (width > capacity) {
      capacity = Math.max(width, 2 * capacity);
      scratch.candidates.widen(capacity);
    }
    at = graph.walk().expand(scratch, at, 0, width);
  }

  /// Scores the accepted candidates that are new.
  private void score() {
    Candidates found = scratch.candidates;
    Refined refined = scratch.refined;
    refined.clear();
    int end = Math.min(width, found.size());
    for (int i = 0; i < end; i++) {
      if (!known.add(found.row(i))) {
        continue;
      }
      for (int row = found.row(i); row >= 0; row = graph.twins().next(row)) {
        if (row < rows && (left[row >>> 6] & 1L << row) != 0) {
          refined.add(row);
        }
      }
    }
    Arrays.sort(refined.rows, 0, refined.size);
    graph.exact().score(query, 0, refined.rows, refined.size, refined.scores);
    for (int i = 0; i < refined.size; i++) {
      if (search.inRange(refined.scores[i])) {
        pending.add(refined.rows[i], refined.scores[i]);
      }
    }
  }
}
