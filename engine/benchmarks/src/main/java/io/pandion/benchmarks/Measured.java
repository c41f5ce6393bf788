package io.pandion.benchmarks;

/// One pass over all queries.
///
/// @param cpuSeconds of the searching threads together
record Measured(
    double recall,
    int queries,
    double cpuSeconds,
    double wallSeconds,
    double p50Micros,
    double p99Micros) {
  /// Queries a second of one core.
  double cpuQps() {
    return queries / cpuSeconds;
  }

  double wallQps() {
    return queries / wallSeconds;
  }

  String line() {
    return "RESULT %.6f %d %.9f %.9f %.3f %.3f"
        .formatted(recall, queries, cpuSeconds, wallSeconds, p50Micros, p99Micros);
  }

  static Measured of(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 7 || !words[0].equals("RESULT")) {
      throw new IllegalArgumentException("not a result: " + line);
    }
    return new Measured(
        Double.parseDouble(words[1]),
        Integer.parseInt(words[2]),
        Double.parseDouble(words[3]),
        Double.parseDouble(words[4]),
        Double.parseDouble(words[5]),
        Double.parseDouble(words[6]));
  }
}
