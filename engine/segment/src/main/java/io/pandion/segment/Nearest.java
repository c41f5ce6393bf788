package io.pandion.segment;

import io.pandion.index.FlatScan;
import io.pandion.index.TopK;
import io.pandion.index.VectorIndex;
import io.pandion.index.VectorRows;
import io.pandion.index.VectorSearch;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How the rows of a segment that are best for queries are found. Any number of threads.
interface Nearest {
  /// Adds the best rows for several queries, for each what it would find alone.
  ///
  /// @param queries holds the floats of all queries from `offset` on, one after the other
  /// @param into one for each query
  void search(float[] queries, int offset, int count, VectorSearch search, TopK[] into);

  /// How many queries at a time are cheapest for each; 1 when they gain nothing from each other.
  int together();

  /// By an index.
  record Indexed(VectorIndex index) implements Nearest {
    @Override
    public void search(float[] queries, int offset, int count, VectorSearch search, TopK[] into) {
      index.searchAll(queries, offset, count, search, into);
    }

    @Override
    public int together() {
      return index.together();
    }
  }

  /// By the vectors themselves.
  ///
  /// @param inverseNorms for COSINE, else null
  record Scanned(VectorRows rows, Metric metric, Supplier<float @Nullable []> inverseNorms)
      implements Nearest {
    @Override
    public void search(float[] queries, int offset, int count, VectorSearch search, TopK[] into) {
      FlatScan.searchAll(
          VectorKernel.chosen(),
          rows,
          0,
          inverseNorms.get(),
          metric,
          queries,
          offset,
          count,
          search,
          into);
    }

    @Override
    public int together() {
      return FlatScan.TOGETHER;
    }
  }
}
