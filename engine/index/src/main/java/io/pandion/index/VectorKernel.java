package io.pandion.index;

import java.lang.foreign.MemorySegment;

/// Compares one query with rows of floats: the innermost loops.
///
/// A query is an array of at least `length` floats, a row `length` little-endian floats at a byte
/// offset; `length` is the dimension rounded up to 16 ([FloatRows#stride] / 4) and the padding of
/// both is zero, so that no twin has a tail to care for. Rows lie in native, mapped or `byte[]`
/// memory. Twins add in another order, so that results differ by rounding. Threads: stateless, any
/// number. Nothing allocates.
public interface VectorKernel {
  /// `scalar` or `vector`.
  String name();

  /// The inner product.
  float dot(float[] query, MemorySegment rows, long at, int length);

  /// The squared Euclidean distance.
  float squaredL2(float[] query, MemorySegment rows, long at, int length);

  /// The inner products with the rows at the first `count` offsets.
  void dots(float[] query, MemorySegment rows, long[] at, int count, int length, float[] out);

  /// The squared Euclidean distances to the rows at the first `count` offsets.
  void squaredL2s(float[] query, MemorySegment rows, long[] at, int count, int length, float[] out);

  /// The kernel of this process: the Vector API where its vectors have at least four lanes, else
  /// scalar; the system property `pandion.kernel` (`scalar` or `vector`) overrides.
  static VectorKernel chosen() {
    return KernelChoice.CHOSEN;
  }
}
