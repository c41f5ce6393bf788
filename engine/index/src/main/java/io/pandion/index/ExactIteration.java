package io.pandion.index;

/// Goes on by an exact search, whose order is always the same: it looks further each time that what
/// it found is used up, four times as far as was asked for. Cost: a few searches in all.
public final class ExactIteration implements VectorIteration {
  /// An exact search.
  @FunctionalInterface
  public interface Search {
    /// Adds the best rows to `into`, not sorted.
    void search(VectorSearch search, TopK into);
  }

  private static final int FIRST = 256;

  private final VectorSearch search;
  private final int rows;
  private final Search how;
  private final TopK found = new TopK();
  private int given;

  /// @param search what may be found; its k does not matter
  /// @param rows that there are
  public ExactIteration(VectorSearch search, int rows, Search how) {
    this.search = search;
    this.rows = rows;
    this.how = how;
  }

  @Override
  public void next(TopK into) {
    long wanted = (long) given + into.k();
    if (wanted > found.size() && found.full() && found.k() < rows) {
      int k = (int) Math.min(rows, Math.max(FIRST, 4 * wanted));
      found.reset(k);
      how.search(search.withK(k), found);
      found.sort();
    }
    for (int i = 0; i < into.k() && given < found.size(); i++) {
      into.offer(found.row(given), found.score(given));
      given++;
    }
  }
}
