package io.pandion.segment;

/// Into how many tasks the queries of a search go. A task is for one segment and one thread: few
/// queries are one task, so that they gain from each other and no thread is woken for little; more
/// are spread over all threads; many are tasks of a bounded size, so that other searches have their
/// turn between them.
final class QueryParts {
  /// Queries that are worth a task: those that gain nothing from each other, and those that do.
  private static final int LEAST_ALONE = 4;

  private static final int LEAST_TOGETHER = 16;

  /// Queries of a task at most, where they gain nothing from each other.
  private static final int MOST_ALONE = 32;

  private QueryParts() {}

  /// Tasks for the queries over each of some segments.
  ///
  /// @param together how many queries at a time are cheapest for each
  /// @param threads that do the tasks
  static int count(int queries, int together, int segments, int threads) {
    int least = together > 1 ? Math.min(together, LEAST_TOGETHER) : LEAST_ALONE;
    int most = Math.max(MOST_ALONE, together);
    int even = threads / gcd(segments, threads);
    int worth = Math.max(1, Math.min(even, queries / least));
    return Math.max(worth, (queries + most - 1) / most);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /// The first query of a task; that of the one after the last is the number of queries.
  static int first(int part, int parts, int queries) {
    return (int) ((long) part * queries / parts);
  }
}
