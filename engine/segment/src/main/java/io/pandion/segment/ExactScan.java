package io.pandion.segment;

import io.pandion.index.AcceptRows;
import io.pandion.index.FloatRows;
import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;
import io.pandion.model.Metric;
import java.lang.foreign.ValueLayout;

/// Scores every accepted row of a block of vectors: exact, for rows that no index covers.
final class ExactScan {
  private ExactScan() {}

  /// @param baseRow row number of the block's first row
  static void search(
      FloatRows block,
      int baseRow,
      Metric metric,
      float[] query,
      int offset,
      VectorSearch search,
      TopK into) {
    AcceptRows accept = search.accept();
    for (int i = 0; i < block.rows(); i++) {
      int row = baseRow + i;
      if (accept == null || accept.accepts(row)) {
        float score = score(block, i, metric, query, offset);
        if (search.inRange(score)) {
          into.offer(row, score);
        }
      }
    }
  }

  private static float score(FloatRows block, int row, Metric metric, float[] query, int offset) {
    long at = block.offset(row);
    float dot = 0;
    float own = 0;
    float other = 0;
    float distance = 0;
    for (int i = 0; i < block.dimension(); i++) {
      float q = query[offset + i];
      float v = block.data().get(ValueLayout.JAVA_FLOAT, at + 4L * i);
      switch (metric) {
        case IP -> dot += q * v;
        case L2 -> distance += (q - v) * (q - v);
        case COSINE -> {
          dot += q * v;
          own += q * q;
          other += v * v;
        }
      }
    }
    return switch (metric) {
      case IP -> dot;
      case L2 -> -distance;
      case COSINE -> own == 0 || other == 0 ? 0 : (float) (dot / Math.sqrt((double) own * other));
    };
  }
}
