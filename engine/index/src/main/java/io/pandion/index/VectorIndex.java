package io.pandion.index;

/// A searchable index over the vectors of one segment. Any number of threads; per-thread scratch is
/// the index's own affair and is reused, so that a search allocates nothing.
public interface VectorIndex {
  int rows();

  /// Adds the best rows for one query to `into` (reset by the caller to `search.k()`); not sorted.
  ///
  /// Returns k rows whenever k accepted rows in range exist (recall permitting).
  ///
  /// @param query holds the query's floats from `offset` on
  /// @throws io.pandion.model.PandionException INVALID_REQUEST for a parameter out of its range
  void search(float[] query, int offset, VectorSearch search, TopK into);

  /// Searches for several queries at once; an index whose rows serve several queries reads them
  /// once.
  ///
  /// @param into one for each query, as in [#search]
  default void searchAll(float[][] queries, VectorSearch search, TopK[] into) {
    for (int i = 0; i < queries.length; i++) {
      search(queries[i], 0, search, into[i]);
    }
  }

  /// Begins a search that goes on beyond k.
  ///
  /// @param query holds the query's floats from `offset` on; copied
  /// @param search its k is the number of rows that a step usually asks for; each step is about as
  ///   sure to give the nearest rows as a search for k is
  /// @throws io.pandion.model.PandionException INVALID_REQUEST for a parameter out of its range
  VectorIteration iterate(float[] query, int offset, VectorSearch search);
}
