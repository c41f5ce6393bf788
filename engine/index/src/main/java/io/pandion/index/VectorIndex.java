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
}
