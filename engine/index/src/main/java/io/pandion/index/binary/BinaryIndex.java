package io.pandion.index.binary;

import io.pandion.index.TopK;
import io.pandion.index.VectorIteration;
import io.pandion.index.VectorSearch;

/// A searchable index over the binary vectors of one segment. Any number of threads; a warm search
/// allocates nothing.
public sealed interface BinaryIndex permits BinaryFlatIndex, BinaryLists {
  int rows();

  /// Adds the best rows for one query to `into` (reset by the caller to `search.k()`); not sorted.
  /// Returns k rows whenever k accepted rows in range exist.
  ///
  /// @param query holds the query's bytes from `offset` on
  /// @throws io.pandion.model.PandionException INVALID_REQUEST for a parameter out of its range
  void search(byte[] query, int offset, VectorSearch search, TopK into);

  /// Begins a search that goes on beyond k, exactly.
  ///
  /// @param query holds the query's bytes from `offset` on; copied
  VectorIteration iterate(byte[] query, int offset, VectorSearch search);
}
