package io.pandion.segment;

import io.pandion.index.FlatScan;
import io.pandion.index.GrowingGraph;
import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// Finds near rows of one vector field of a growing segment: a scan while they are few, later a
/// graph over most of them and a scan of the newest, which the graph lacks yet.
///
/// The graph is for the metric that the first search over [#FEWEST] rows asks for; rows are linked
/// by tasks of an executor, a batch each. Any number of threads search.
final class GrowingIndex {
  /// Fewer rows are scanned.
  static final int FEWEST = 20_000;

  /// Rows that a task links before others have their turn.
  private static final int BATCH = 500;

  private final GrowingVectors vectors;
  private final IntSupplier published;
  private final @Nullable Executor linking;
  private final long seed;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile @Nullable Linked linked;
  private volatile boolean closed;

  private record Linked(Metric metric, GrowingGraph graph) {}

  /// @param published number of rows that may be read
  /// @param linking null for no graph
  GrowingIndex(
      GrowingVectors vectors, IntSupplier published, @Nullable Executor linking, long seed) {
    this.vectors = vectors;
    this.published = published;
    this.linking = linking;
    this.seed = seed;
  }

  /// How the best of the first `rows` rows are found.
  Nearest nearest(Metric metric, int rows) {
    return new Nearest() {
      @Override
      public void search(float[] queries, int offset, int count, VectorSearch search, TopK[] into) {
        int from = exact(search) ? 0 : byGraph(metric, rows, queries, offset, count, search, into);
        scan(metric, from, rows, queries, offset, count, search, into);
      }

      @Override
      public int together() {
        return FlatScan.TOGETHER;
      }
    };
  }

  /// Scans the rows `from`, the first of a chunk, until `to`.
  private void scan(
      Metric metric,
      int from,
      int to,
      float[] queries,
      int offset,
      int count,
      VectorSearch search,
      TopK[] into) {
    int chunkRows = vectors.chunkRows();
    for (int chunk = from / chunkRows; chunk * chunkRows < to; chunk++) {
      FlatScan.searchAll(
          VectorKernel.chosen(),
          vectors.chunk(chunk, to),
          chunk * chunkRows,
          vectors.inverseNorms(chunk),
          metric,
          queries,
          offset,
          count,
          search,
          into);
    }
  }

  /// Whether the field's index is one that finds every row.
  private static boolean exact(VectorSearch search) {
    return "FLAT".equals(search.params().get("index_type"));
  }

  /// Searches the chunks that are linked entirely; returns the number of their rows.
  private int byGraph(
      Metric metric,
      int rows,
      float[] queries,
      int offset,
      int count,
      VectorSearch search,
      TopK[] into) {
    Linked now = linked;
    if (now == null && linking != null && rows >= FEWEST) {
      now = begin(metric);
    }
    if (now == null || now.metric != metric) {
      return 0;
    }
    wake();
    int whole = Math.min(rows, now.graph.rows()) / vectors.chunkRows() * vectors.chunkRows();
    TopK[] one = new TopK[1];
    for (int q = 0; q < count; q++) {
      int at = offset + q * vectors.dimension();
      if (!now.graph.search(queries, at, search, whole, into[q])) {
        one[0] = into[q];
        scan(metric, 0, whole, queries, at, 1, search, one);
      }
    }
    return whole;
  }

  private synchronized Linked begin(Metric metric) {
    Linked now = linked;
    if (now == null) {
      GrowingGraph graph =
          new GrowingGraph(
              vectors.chunk(0, Math.min(vectors.chunkRows(), FEWEST)),
              metric,
              seed,
              (query, offset, rows, count, out) ->
                  vectors.score(metric, query, offset, rows, count, out));
      now = new Linked(metric, graph);
      linked = now;
    }
    return now;
  }

  /// Rows were added: links them if there is a graph.
  void wake() {
    Linked now = linked;
    Executor executor = linking;
    if (now != null
        && executor != null
        && !closed
        && now.graph.rows() < published.getAsInt()
        && running.compareAndSet(false, true)) {
      executor.execute(() -> link(now.graph));
    }
  }

  private void link(GrowingGraph graph) {
    try {
      int chunkRows = vectors.chunkRows();
      int end = Math.min(published.getAsInt(), graph.rows() + BATCH);
      for (int row = graph.rows(); row < end && !closed; row++) {
        graph.add(vectors.chunk(row / chunkRows, end), row % chunkRows);
      }
    } finally {
      running.set(false);
    }
    wake();
  }

  /// Memory of the graph, roughly.
  long bytes() {
    Linked now = linked;
    return now == null ? 0 : now.graph.bytes();
  }

  /// Ends the linking.
  void close() {
    closed = true;
  }

  /// Rows that the graph holds.
  int linkedRows() {
    Linked now = linked;
    return now == null ? 0 : now.graph.rows();
  }
}
