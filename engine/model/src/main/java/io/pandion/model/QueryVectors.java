package io.pandion.model;

/// The query vectors of one search: *count* x *dimension* floats, row-major. Immutable by contract.
public final class QueryVectors {
  private final float[] values;
  private final int dimension;

  public QueryVectors(float[] values, int dimension) {
    this.values = values;
    this.dimension = dimension;
  }

  public int count() {
    return values.length / dimension;
  }

  public int dimension() {
    return dimension;
  }

  /// The backing array; do not write to it.
  public float[] values() {
    return values;
  }
}
