package io.pandion.index.kernel;

/// The words that stand for parts of vectors, by bytes: what [RowFormat#PQ] rows are made of.
/// Immutable, any number of threads.
public interface CodeWords {
  /// Bytes of a vector.
  int bytes();

  /// Writes the bytes of a vector; the vector becomes what they leave over.
  void encode(float[] vector, byte[] bytes);

  /// The products of a vector with all that a byte may stand for, 256 for each byte.
  ///
  /// @param out of at least `256 * bytes()`
  void products(float[] vector, float[] out);
}
