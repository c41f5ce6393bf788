package io.pandion.index;

/// Goes on through the lists: each step scans further lists and scores further rows exactly, both
/// in proportion to the rows that have been asked for.
final class IvfIteration implements VectorIteration {
  private final IvfIndex index;
  private final IvfLists lists;
  private final VectorSearch search;
  private final IvfParams.Search each;
  private final IvfScratch own = new IvfScratch();
  private final IvfScratch.Query query = own.queries(1)[0];
  private final float[] vector;
  private final int[] ids = new int[FlatScan.BATCH];

  /// Places by the scores of their codes.
  private final PendingRows scanned = new PendingRows();

  /// Rows by their exact scores.
  private final PendingRows pending = new PendingRows();

  private long asked;
  private long scored;
  private int probed;

  /// @param vector kept
  /// @param each what a search for the nearest k takes
  IvfIteration(
      IvfIndex index,
      IvfLists lists,
      float[] vector,
      boolean unit,
      VectorSearch search,
      IvfParams.Search each) {
    this.index = index;
    this.lists = lists;
    this.search = search;
    this.each = each;
    this.vector = vector;
    query.prepare(lists, vector, 0, unit);
    index.centres(own, query);
    index.order(query, lists.count());
  }

  @Override
  public void next(TopK into) {
    asked += into.k();
    double times = Math.max(1, (double) asked / Math.max(1, search.k()));
    scan(Math.ceil(each.probes() * times));
    score((long) Math.ceil(each.reorder() * times) - scored);
    while (pending.size() < into.k() && (scanned.size() > 0 || probed < lists.count())) {
      if (scanned.size() == 0) {
        scan(2.0 * probed);
      }
      score(Math.max(each.reorder(), scored));
    }
    pending.move(into);
  }

  /// Scans the best lists by codes, until so many are scanned.
  private void scan(double until) {
    for (; probed < Math.min(until, lists.count()); probed++) {
      int list = query.order.list(probed);
      query.reservoir.reset(Math.max(1, lists.start(list + 1) - lists.start(list)));
      index.list(own, query, list, search.accept());
      for (int i = 0; i < query.reservoir.size(); i++) {
        scanned.add(query.reservoir.place(i), query.reservoir.score(i));
      }
    }
  }

  /// Scores the best of the scanned rows exactly.
  private void score(long count) {
    long until = Math.min(count, scanned.size());
    for (long from = 0; from < until; from += ids.length) {
      int size = (int) Math.min(ids.length, until - from);
      for (int i = 0; i < size; i++) {
        ids[i] = lists.number(scanned.take());
      }
      float[] scores = index.scores(vector, ids, size);
      for (int i = 0; i < size; i++) {
        if (search.inRange(scores[i])) {
          pending.add(ids[i], scores[i]);
        }
      }
      scored += size;
    }
  }
}
