package io.pandion.model;

import java.util.Locale;

/// How near two vectors are. Inside Pandion a *score* is larger for nearer vectors, whatever the
/// metric: the inner product, the cosine, or the negated squared Euclidean distance.
public enum Metric {
  L2,
  IP,
  COSINE;

  /// True when the client sees larger values for nearer vectors.
  public boolean largerIsNearer() {
    return this != L2;
  }

  /// What the client sees for an internal score (L2: the squared distance, never -0).
  public float toClient(float score) {
    return this == L2 ? 0f - score : score;
  }

  /// The internal score of a value that a client gave (radius, range_filter).
  public float fromClient(float value) {
    return this == L2 ? -value : value;
  }

  /// @throws PandionException INVALID_REQUEST for an unknown name
  public static Metric of(String name) {
    for (Metric metric : values()) {
      if (metric.name().equals(name.toUpperCase(Locale.ROOT))) {
        return metric;
      }
    }
    throw PandionException.invalid(
        "metric type '" + name + "' is not supported for float vectors; use L2, IP or COSINE");
  }
}
