package io.pandion.benchmarks;

import io.pandion.index.AcceptRows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One index library under measurement. Built once into a folder, opened, then searched by any
/// number of threads, each with a searcher of its own.
interface Engine {
  void build(DataSet set, Path folder) throws IOException;

  void open(DataSet set, Path folder) throws IOException;

  Searcher searcher();

  /// Searches for one thread.
  interface Searcher {
    /// Finds the nearest rows of queries, best first, -1 where there are fewer.
    ///
    /// @param point the parameters of this point of the curve, such as `ef`
    /// @param found one array a query, of k places
    void search(
        float[][] queries, Map<String, String> point, @Nullable AcceptRows accept, int[][] found)
        throws IOException;
  }
}
