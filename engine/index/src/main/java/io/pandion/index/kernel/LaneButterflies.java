package io.pandion.index.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The loops of [Rotation] with the Vector API, eight floats at a time: the same bits as one at a
/// time, since each float is computed from the same two. Only where the processor has vectors of
/// 256 bits. Stateless.
final class LaneButterflies {
  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
  static final int STEP = 8;

  private LaneButterflies() {}

  /// @param size a multiple of [#STEP]
  static void multiply(float[] x, float[] by, int from, int size) {
    for (int i = 0; i < size; i += STEP) {
      FloatVector.fromArray(EIGHT, x, i)
          .mul(FloatVector.fromArray(EIGHT, by, from + i))
          .intoArray(x, i);
    }
  }

  /// One level of the transform: sums and differences of floats that lie `half` apart.
  ///
  /// @param half a multiple of [#STEP]
  static void level(float[] x, int at, int length, int half) {
    for (int i = at; i < at + length; i += 2 * half) {
      for (int j = i; j < i + half; j += STEP) {
        FloatVector a = FloatVector.fromArray(EIGHT, x, j);
        FloatVector b = FloatVector.fromArray(EIGHT, x, j + half);
        a.add(b).intoArray(x, j);
        a.sub(b).intoArray(x, j + half);
      }
    }
  }
}
