package io.pandion.server.bench;

import io.pandion.model.Column;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/// The true nearest rows of each query, found by comparing with all. Plain Java in double
/// arithmetic, so that it shares nothing with what it judges.
final class ExactNeighbours {
  private record Scored(int row, double score) {}

  private ExactNeighbours() {}

  /// Rows by query, the nearest first; equal scores by row.
  static int[][] of(Column.FloatVectors base, Column.FloatVectors queries, int k, String metric) {
    return IntStream.range(0, queries.size())
        .parallel()
        .mapToObj(q -> nearest(base, queries.vector(q), k, metric))
        .toArray(int[][]::new);
  }

  private static int[] nearest(Column.FloatVectors base, float[] query, int k, String metric) {
    Comparator<Scored> worstFirst =
        Comparator.comparingDouble(Scored::score)
            .thenComparing(Comparator.comparingInt(Scored::row).reversed());
    PriorityQueue<Scored> best = new PriorityQueue<>(k + 1, worstFirst);
    float[] values = base.values();
    for (int row = 0; row < base.size(); row++) {
      best.add(new Scored(row, score(values, row * query.length, query, metric)));
      if (best.size() > k) {
        best.poll();
      }
    }
    int[] rows = new int[best.size()];
    for (int i = rows.length - 1; i >= 0; i--) {
      Scored worst = best.remove();
      rows[i] = worst.row;
    }
    return rows;
  }

  private static double score(float[] values, int at, float[] query, String metric) {
    double dot = 0;
    double norm = 0;
    double distance = 0;
    double queryNorm = 0;
    for (int d = 0; d < query.length; d++) {
      double v = values[at + d];
      double q = query[d];
      dot += v * q;
      norm += v * v;
      queryNorm += q * q;
      distance += (v - q) * (v - q);
    }
    return switch (metric) {
      case "IP" -> dot;
      case "L2" -> -distance;
      default -> dot / Math.sqrt(norm * queryNorm);
    };
  }
}
