package io.pandion.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The points of one engine under one condition (filter, batch, threads), each measured in several
/// rounds.
record Curve(String engine, Share share, int batch, int threads, List<Point> points) {
  /// Where a measurement was taken, and what each round measured.
  record Point(String params, List<Measured> rounds) {
    /// What was asked for, of [#aimed] points.
    double target() {
      return Double.parseDouble(params.substring(TARGET.length()));
    }

    double recall() {
      return rounds.get(0).recall();
    }

    double median(ToDoubleFunction<Measured> of) {
      double[] sorted = sorted(of);
      return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    double least(ToDoubleFunction<Measured> of) {
      return sorted(of)[0];
    }

    double most(ToDoubleFunction<Measured> of) {
      return sorted(of)[rounds.size() - 1];
    }

    private double[] sorted(ToDoubleFunction<Measured> of) {
      double[] out = rounds.stream().mapToDouble(of).toArray();
      Arrays.sort(out);
      return out;
    }
  }

  private static final String TARGET = "target_recall=";

  /// The points whose effort was chosen by hand.
  Curve tuned() {
    return with(points.stream().filter(point -> !point.params().startsWith(TARGET)).toList());
  }

  /// The points that say what recall they want.
  Curve aimed() {
    return with(points.stream().filter(point -> point.params().startsWith(TARGET)).toList());
  }

  private Curve with(List<Point> of) {
    return new Curve(engine, share, batch, threads, of);
  }

  String condition() {
    return (share.all() ? "no filter" : 100 * share.value() + " % pass")
        + ", "
        + (batch == 1 ? "one query a call" : batch + " queries a call")
        + ", "
        + threads
        + (threads == 1 ? " thread" : " threads");
  }

  /// Queries a CPU second at a recall, between the points around it on a straight line; NaN when
  /// the curve does not reach it, the first point's when all have more.
  double cpuQpsAt(double recall) {
    List<Point> best = new ArrayList<>(best());
    if (best.isEmpty() || best.get(best.size() - 1).recall() < recall) {
      return Double.NaN;
    }
    for (int i = 0; i < best.size(); i++) {
      Point high = best.get(i);
      if (high.recall() < recall) {
        continue;
      }
      double qps = high.median(Measured::cpuQps);
      if (i == 0) {
        return qps;
      }
      Point low = best.get(i - 1);
      double at = (recall - low.recall()) / (high.recall() - low.recall());
      return low.median(Measured::cpuQps) * (1 - at) + qps * at;
    }
    return Double.NaN;
  }

  /// The points that no other beats in recall and speed, by rising recall.
  List<Point> best() {
    List<Point> out = new ArrayList<>();
    for (Point point : points) {
      boolean beaten =
          points.stream()
              .anyMatch(
                  other ->
                      other.recall() >= point.recall()
                          && other.median(Measured::cpuQps) > point.median(Measured::cpuQps));
      if (!beaten) {
        out.add(point);
      }
    }
    out.sort(java.util.Comparator.comparingDouble(Point::recall));
    return out;
  }
}
