package io.pandion.index.sparse;

import io.pandion.model.PandionException;

/// A sparse vector: values at some of the dimensions 0 to 2^32 - 2, in ascending order. Immutable.
///
/// As a query its values are weights: for BM25 the inverse document frequencies of the terms.
public final class SparseVector {
  private final int[] dimensions;
  private final float[] values;

  /// Copies both arrays.
  ///
  /// @param dimensions unsigned
  /// @throws PandionException INVALID_REQUEST when the dimensions do not ascend, a value is not
  ///   finite or the lengths differ
  public SparseVector(int[] dimensions, float[] values) {
    if (dimensions.length != values.length) {
      throw PandionException.invalid(
          "a sparse vector has "
              + dimensions.length
              + " dimensions and "
              + values.length
              + " values; give one value for each");
    }
    for (int i = 0; i < dimensions.length; i++) {
      long dimension = Integer.toUnsignedLong(dimensions[i]);
      if (dimension == 0xffffffffL) {
        throw PandionException.invalid(
            "dimension " + dimension + " of a sparse vector is too large: at most 4294967294");
      }
      if (i > 0 && Integer.compareUnsigned(dimensions[i - 1], dimensions[i]) >= 0) {
        throw PandionException.invalid(
            "the dimensions of a sparse vector must ascend: "
                + Integer.toUnsignedString(dimensions[i - 1])
                + " stands before "
                + dimension);
      }
      if (!Float.isFinite(values[i])) {
        throw PandionException.invalid(
            "the value of dimension " + dimension + " of a sparse vector is " + values[i]);
      }
    }
    this.dimensions = dimensions.clone();
    this.values = values.clone();
  }

  /// How many values it holds.
  public int size() {
    return values.length;
  }

  /// Dimension of the i-th value, unsigned.
  public int dimension(int i) {
    return dimensions[i];
  }

  public float value(int i) {
    return values[i];
  }
}
