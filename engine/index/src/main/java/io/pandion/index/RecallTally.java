package io.pandion.index;

import java.util.Arrays;

/// Counts, over held-out queries, how many of the nearest rows searches of several efforts find,
/// and chooses the cheapest for each recall. Any number of threads add.
///
/// A row is found when it is among those whose exact scores are computed. A recall counts as
/// reached when the mean over the queries is above it by one standard error, so that few queries
/// make for caution.
final class RecallTally {
  /// The nearest rows that are looked for.
  static final int[] DEPTHS = {1, 10, 100};

  static final int DEEPEST = 100;

  private static final float[] TARGETS = targets();
  private static final double RATIO = 1.15;

  /// Tells what a search costs.
  @FunctionalInterface
  interface Cost {
    double of(int effort, int reorder);
  }

  private final int[] efforts;
  private final int[] reorders;
  private final double[] sums;
  private final double[] squares;
  private final int[] queries;

  /// @param mostEffort of a search
  /// @param mostReorder rows whose exact scores a search computes
  RecallTally(int mostEffort, int mostReorder) {
    this.efforts = ladder(mostEffort);
    this.reorders = ladder(mostReorder);
    this.sums = new double[DEPTHS.length * efforts.length * reorders.length];
    this.squares = new double[sums.length];
    this.queries = new int[efforts.length];
  }

  private static float[] targets() {
    float[] out = new float[40];
    int size = 0;
    for (int percent = 50; percent < 85; percent += 5) {
      out[size++] = percent / 100f;
    }
    for (int percent = 85; percent < 99; percent++) {
      out[size++] = percent / 100f;
    }
    for (int permille = 990; permille < 1000; permille++) {
      out[size++] = permille / 1000f;
    }
    return Arrays.copyOf(out, size);
  }

  /// 1, 2, 3 … and later steps in proportion, up to `most`.
  private static int[] ladder(int most) {
    int[] out = new int[256];
    int size = 0;
    for (int step = 1; step < most; step = Math.max(step + 1, (int) (step * RATIO))) {
      out[size++] = step;
    }
    out[size++] = most;
    return Arrays.copyOf(out, size);
  }

  /// The efforts to try, ascending.
  int[] efforts() {
    return efforts;
  }

  static long curveBytes() {
    return RecallCurve.bytes(DEPTHS.length, TARGETS.length);
  }

  /// What searches for one query find.
  final class Query {
    private final int[] hits = new int[sums.length];

    void clear() {
      Arrays.fill(hits, 0);
    }

    /// A search of an effort had one of the nearest rows at a place of its order.
    ///
    /// @param effort its number in [#efforts]
    /// @param rank of the row in truth, from 0
    void found(int effort, int place, int rank) {
      int step = Arrays.binarySearch(reorders, place + 1);
      int reorder = step < 0 ? ~step : step;
      if (reorder == reorders.length) {
        return;
      }
      for (int depth = 0; depth < DEPTHS.length; depth++) {
        if (rank < DEPTHS[depth]) {
          hits[(depth * efforts.length + effort) * reorders.length + reorder]++;
        }
      }
    }

    /// Counts the query.
    ///
    /// @param tried how many of [#efforts] were tried
    void add(int tried) {
      synchronized (RecallTally.this) {
        for (int effort = 0; effort < tried; effort++) {
          queries[effort]++;
          for (int depth = 0; depth < DEPTHS.length; depth++) {
            add((depth * efforts.length + effort) * reorders.length, DEPTHS[depth]);
          }
        }
      }
    }

    private void add(int from, int k) {
      int count = 0;
      for (int i = from; i < from + reorders.length; i++) {
        count += hits[i];
        double recall = (double) count / k;
        sums[i] += recall;
        squares[i] += recall * recall;
      }
    }
  }

  /// The cheapest efforts for each depth and target.
  RecallCurve curve(Cost cost) {
    int[] chosen = new int[DEPTHS.length * TARGETS.length];
    int[] reorder = new int[chosen.length];
    for (int depth = 0; depth < DEPTHS.length; depth++) {
      for (int target = 0; target < TARGETS.length; target++) {
        choose(depth, target, cost, chosen, reorder);
      }
    }
    return new RecallCurve(DEPTHS, TARGETS, chosen, reorder);
  }

  private void choose(int depth, int target, Cost cost, int[] chosen, int[] reorder) {
    double least = Double.POSITIVE_INFINITY;
    for (int e = 0; e < efforts.length; e++) {
      for (int r = 0; r < reorders.length; r++) {
        int i = (depth * efforts.length + e) * reorders.length + r;
        if (reorders[r] < DEPTHS[depth] || reached(i, queries[e]) < TARGETS[target]) {
          continue;
        }
        int effort = e == 0 ? efforts[0] : between(e, i, TARGETS[target]);
        double costs = cost.of(effort, reorders[r]);
        if (costs < least) {
          least = costs;
          chosen[depth * TARGETS.length + target] = effort;
          reorder[depth * TARGETS.length + target] = reorders[r];
        }
      }
    }
  }

  /// The effort between two that were tried at which a straight line reaches the target; recall,
  /// which rises ever more slowly, lies above the line.
  private int between(int e, int i, double target) {
    double high = reached(i, queries[e]);
    double low = reached(i - reorders.length, queries[e - 1]);
    if (low >= target || high <= low) {
      return efforts[e];
    }
    double share = (target - low) / (high - low);
    return (int) Math.ceil(efforts[e - 1] + share * (efforts[e] - efforts[e - 1]));
  }

  private double reached(int i, int count) {
    double mean = sums[i] / count;
    double variance = Math.max(0, squares[i] / count - mean * mean);
    return mean - Math.sqrt(variance / count);
  }
}
