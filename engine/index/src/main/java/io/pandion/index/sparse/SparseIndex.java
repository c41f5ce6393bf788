package io.pandion.index.sparse;

import io.pandion.index.ExactIteration;
import io.pandion.index.TopK;
import io.pandion.index.VectorIteration;
import io.pandion.index.VectorSearch;

/// A searchable inverted index over the sparse vectors of one segment, which it holds itself. Any
/// number of threads; a warm search allocates nothing.
///
/// The score of a row is its inner product with the query; rows that share no dimension with the
/// query are not found. Whatever the algorithm, the rows found are those of an exhaustive search.
public final class SparseIndex {
  private final PostingLists lists;

  SparseIndex(PostingLists lists) {
    this.lists = lists;
  }

  public int rows() {
    return lists.rows();
  }

  /// Adds the best rows for one query to `into` (reset by the caller to `search.k()`); not sorted.
  ///
  /// `drop_ratio_search` leaves out that share of the query's smallest values, so that scores count
  /// the others only.
  ///
  /// @throws io.pandion.model.PandionException INVALID_REQUEST for a parameter out of its range
  public void search(SparseVector query, VectorSearch search, TopK into) {
    double drop = SparseParams.dropRatioSearch(search.params());
    if (search.k() == 0) {
      return;
    }
    SparseScratch scratch = SparseScratch.ofThread();
    int cursors = scratch.open(lists, query, drop);
    switch (lists.algorithm()) {
      case DAAT_MAXSCORE -> new WindowWalk(scratch, cursors, true).search(search, into);
      case DAAT_WAND -> new WandWalk(scratch, cursors).search(search, into);
      case TAAT_NAIVE -> new WindowWalk(scratch, cursors, false).search(search, into);
    }
  }

  /// Begins a search that goes on beyond k.
  ///
  /// @throws io.pandion.model.PandionException INVALID_REQUEST for a parameter out of its range
  public VectorIteration iterate(SparseVector query, VectorSearch search) {
    SparseParams.dropRatioSearch(search.params());
    return new ExactIteration(search, rows(), (wider, into) -> search(query, wider, into));
  }
}
