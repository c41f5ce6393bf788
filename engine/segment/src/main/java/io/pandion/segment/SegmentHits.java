package io.pandion.segment;

import io.pandion.model.Column;

/// What a segment found: for query `q` the hits `from(q) .. from(q + 1)`, best first.
public final class SegmentHits {
  private final int[] from;
  private final int[] rows;
  private final float[] scores;
  private final Column keys;

  /// @param from *queries + 1* positions
  /// @param keys primary keys of the rows
  public SegmentHits(int[] from, int[] rows, float[] scores, Column keys) {
    this.from = from;
    this.rows = rows;
    this.scores = scores;
    this.keys = keys;
  }

  public int queries() {
    return from.length - 1;
  }

  public int from(int query) {
    return from[query];
  }

  public int row(int hit) {
    return rows[hit];
  }

  public float score(int hit) {
    return scores[hit];
  }

  public Column keys() {
    return keys;
  }
}
