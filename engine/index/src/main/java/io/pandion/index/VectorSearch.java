package io.pandion.index;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a search of one index wants.
///
/// @param k rows wanted
/// @param accept rows that may be found, null = all
/// @param radius only rows with score > radius (scores: larger is nearer), NaN = no bound
/// @param rangeFilter only rows with score <= rangeFilter, NaN = no bound
/// @param params `ef`, `target_recall` … as the user gave them
public record VectorSearch(
    int k,
    @Nullable AcceptRows accept,
    float radius,
    float rangeFilter,
    Map<String, String> params) {
  /// The same for another number of rows.
  VectorSearch withK(int other) {
    return new VectorSearch(other, accept, radius, rangeFilter, params);
  }

  /// The same among other rows.
  VectorSearch among(AcceptRows other) {
    return new VectorSearch(k, other, radius, rangeFilter, params);
  }

  /// Whether a range is asked for.
  boolean ranged() {
    return !Float.isNaN(radius) || !Float.isNaN(rangeFilter);
  }

  public boolean inRange(float score) {
    return !(score <= radius) && !(score > rangeFilter);
  }
}
