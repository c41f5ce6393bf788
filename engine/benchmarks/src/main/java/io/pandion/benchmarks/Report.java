package io.pandion.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Writes what was measured on one data set: `SET.csv`, `SET.md`, and a chart for each condition.
///
/// @param peer label of the engine that ratios refer to
record Report(DataSet set, List<EngineProcess> engines, List<Curve> curves, String peer) {
  private static final double[] RECALLS = {0.90, 0.95, 0.98};

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(set.name() + ".csv"), csv());
    Files.writeString(folder.resolve(set.name() + ".md"), markdown());
    for (Map.Entry<String, List<Curve>> each : byCondition().entrySet()) {
      Curve one = each.getValue().get(0);
      String file =
          "%s-%s-%d-%d.png".formatted(set.name(), one.share().text(), one.batch(), one.threads());
      Chart.write(set.name() + ": " + each.getKey(), each.getValue(), folder.resolve(file));
    }
  }

  private Map<String, List<Curve>> byCondition() {
    Map<String, List<Curve>> out = new LinkedHashMap<>();
    for (Curve curve : curves) {
      out.computeIfAbsent(curve.condition(), _ -> new java.util.ArrayList<>()).add(curve);
    }
    return out;
  }

  private String csv() {
    StringBuilder out =
        new StringBuilder(
            "set,engine,share,batch,threads,params,recall10,cpu_qps_median,cpu_qps_min,cpu_qps_max,"
                + "wall_qps_median,p50_us,p99_us,rounds\n");
    for (Curve curve : curves) {
      for (Curve.Point point : curve.points()) {
        out.append(
            String.format(
                Locale.ROOT,
                "%s,%s,%s,%d,%d,%s,%.5f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%d%n",
                set.name(),
                curve.engine(),
                curve.share().text(),
                curve.batch(),
                curve.threads(),
                point.params(),
                point.recall(),
                point.median(Measured::cpuQps),
                point.least(Measured::cpuQps),
                point.most(Measured::cpuQps),
                point.median(Measured::wallQps),
                point.median(Measured::p50Micros),
                point.median(Measured::p99Micros),
                point.rounds().size()));
      }
    }
    return out.toString();
  }

  private String markdown() {
    StringBuilder out = new StringBuilder();
    on(out)
        .format(
            "## %s%n%n%,d rows of %d floats, %,d held-out queries, k = 10, inner product of unit"
                + " vectors. QPS are queries a CPU second, medians of interleaved rounds.%n%n",
            set.name(), set.rows(), set.dimension(), set.queries());
    out.append("| engine | build CPU s | build wall s | index MB | resident MB |\n");
    out.append("|---|---:|---:|---:|---:|\n");
    for (EngineProcess engine : engines) {
      on(out)
          .format(
              "| %s | %.1f | %.1f | %.1f | %d |%n",
              engine.spec().label(),
              engine.built().cpuSeconds(),
              engine.built().wallSeconds(),
              engine.built().bytes() / 1e6,
              engine.residentBytes() / 1_000_000);
    }
    byCondition().forEach((condition, of) -> condition(out, condition, of));
    return out.toString();
  }

  private void condition(StringBuilder out, String condition, List<Curve> of) {
    on(out).format("%n### %s%n%n", condition);
    Curve base = of.stream().filter(curve -> curve.engine().equals(peer)).findFirst().orElse(null);
    out.append("| engine |");
    for (double recall : RECALLS) {
      on(out).format(" QPS at recall %.2f | x %s |", recall, peer);
    }
    out.append("\n|---|").append("---:|---:|".repeat(RECALLS.length)).append('\n');
    for (Curve curve : of) {
      on(out).format("| %s |", curve.engine());
      for (double recall : RECALLS) {
        double qps = curve.tuned().cpuQpsAt(recall);
        double beside = base == null ? Double.NaN : base.tuned().cpuQpsAt(recall);
        on(out).format(" %s | %s |", number(qps, 0), number(qps / beside, 2));
      }
      out.append('\n');
    }
    targets(out, of);
    out.append("\n| engine | point | recall@10 | QPS | min – max | wall QPS | p50 µs | p99 µs |\n");
    out.append("|---|---|---:|---:|---:|---:|---:|---:|\n");
    for (Curve curve : of) {
      for (Curve.Point point : curve.points()) {
        on(out)
            .format(
                "| %s | %s | %.4f | %.0f | %.0f – %.0f | %.0f | %.0f | %.0f |%n",
                curve.engine(),
                point.params(),
                point.recall(),
                point.median(Measured::cpuQps),
                point.least(Measured::cpuQps),
                point.most(Measured::cpuQps),
                point.median(Measured::wallQps),
                point.median(Measured::p50Micros),
                point.median(Measured::p99Micros));
      }
    }
  }

  /// Searches that say what recall they want, beside those tuned by hand to have it.
  private static void targets(StringBuilder out, List<Curve> of) {
    if (of.stream().allMatch(curve -> curve.aimed().points().isEmpty())) {
      return;
    }
    out.append("\n| engine | target_recall | recall@10 | QPS | QPS tuned by hand | x by hand |\n");
    out.append("|---|---:|---:|---:|---:|---:|\n");
    for (Curve curve : of) {
      for (Curve.Point point : curve.aimed().points()) {
        double qps = point.median(Measured::cpuQps);
        double tuned = curve.tuned().cpuQpsAt(point.target());
        on(out)
            .format(
                "| %s | %s | %.4f | %.0f | %s | %s |%n",
                curve.engine(),
                point.target(),
                point.recall(),
                qps,
                number(tuned, 0),
                number(qps / tuned, 2));
      }
    }
  }

  private static String number(double value, int digits) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  private static Formatter on(StringBuilder out) {
    return new Formatter(out, Locale.ROOT);
  }
}
