package io.pandion.server.bench;

import java.util.Arrays;
import java.util.List;

/// Times of single calls, pooled from several threads.
final class Latencies {
  private final long[] sorted;

  Latencies(List<long[]> nanos) {
    sorted = nanos.stream().flatMapToLong(Arrays::stream).sorted().toArray();
  }

  int calls() {
    return sorted.length;
  }

  /// The smallest time that a part `q` of all calls did not exceed.
  double millis(double q) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int at = Math.max(0, (int) Math.ceil(q * sorted.length) - 1);
    return sorted[at] / 1e6;
  }
}
