package io.pandion.index;

/// A searchable index over the vectors of one segment. Any number of threads; per-thread scratch is
/// the index's own affair and is reused, so that a search allocates nothing.
public interface VectorIndex {
  int rows();

  /// Of its vectors and of queries.
  int dimension();

  /// Adds the best rows for one query to `into`, which the caller has reset to `search.k()` or to
  /// more, to see rows that score as the last of k does; not sorted.
  ///
  /// Returns k rows whenever k accepted rows in range exist (recall permitting).
  ///
  /// @param query holds the query's floats from `offset` on
  /// @throws io.pandion.model.PandionException INVALID_REQUEST for a parameter out of its range
  void search(float[] query, int offset, VectorSearch search, TopK into);

  /// Searches for several queries at once, and finds what [#search] finds for each; an index whose
  /// rows serve several queries reads them once.
  ///
  /// @param queries holds the floats of all queries from `offset` on, one after the other
  /// @param into one for each query, as in [#search]
  default void searchAll(float[] queries, int offset, int count, VectorSearch search, TopK[] into) {
    for (int i = 0; i < count; i++) {
      search(queries, offset + i * dimension(), search, into[i]);
    }
  }

  /// How many queries at a time make [#searchAll] cheapest for each; 1 when it gains nothing.
  default int together() {
    return 1;
  }

  /// Begins a search that goes on beyond k.
  ///
  /// @param query holds the query's floats from `offset` on; copied
  /// @param search its k is the number of rows that a step usually asks for; each step is about as
  ///   sure to give the nearest rows as a search for k is
  /// @throws io.pandion.model.PandionException INVALID_REQUEST for a parameter out of its range
  VectorIteration iterate(float[] query, int offset, VectorSearch search);
}
