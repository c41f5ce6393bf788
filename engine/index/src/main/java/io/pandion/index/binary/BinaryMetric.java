package io.pandion.index.binary;

import io.pandion.model.PandionException;
import java.util.Locale;

/// How far two binary vectors are apart. A *score* is the negated distance, so that larger is
/// nearer.
public enum BinaryMetric {
  /// Bits that differ.
  HAMMING(0),
  /// One minus bits of both over bits of either; 1 when neither has a bit.
  JACCARD(1);

  /// The number of the metric in files.
  final int code;

  BinaryMetric(int code) {
    this.code = code;
  }

  /// What the client sees for a score.
  public float toClient(float score) {
    return -score;
  }

  /// The score of a value that a client gave (radius, range_filter).
  public float fromClient(float value) {
    return -value;
  }

  /// @throws PandionException INVALID_REQUEST for an unknown name
  public static BinaryMetric of(String name) {
    for (BinaryMetric metric : values()) {
      if (metric.name().equals(name.toUpperCase(Locale.ROOT))) {
        return metric;
      }
    }
    throw PandionException.invalid(
        "metric type '" + name + "' is not supported for binary vectors; use HAMMING or JACCARD");
  }
}
