package io.pandion.index.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The sum of the lanes of a vector of floats, always in the same order: halves are added until one
/// lane is left. `reduceLanes` may add in another order once it is compiled, so that the same query
/// would score the same row otherwise a moment later.
final class LaneSum {
  private static final VectorSpecies<Float> S512 = FloatVector.SPECIES_512;
  private static final VectorSpecies<Float> S256 = FloatVector.SPECIES_256;
  private static final VectorSpecies<Float> S128 = FloatVector.SPECIES_128;
  private static final VectorShuffle<Float> BY_8_OF_16 = by(S512, 8);
  private static final VectorShuffle<Float> BY_4_OF_16 = by(S512, 4);
  private static final VectorShuffle<Float> BY_2_OF_16 = by(S512, 2);
  private static final VectorShuffle<Float> BY_1_OF_16 = by(S512, 1);
  private static final VectorShuffle<Float> BY_4_OF_8 = by(S256, 4);
  private static final VectorShuffle<Float> BY_2_OF_8 = by(S256, 2);
  private static final VectorShuffle<Float> BY_1_OF_8 = by(S256, 1);
  private static final VectorShuffle<Float> BY_2_OF_4 = by(S128, 2);
  private static final VectorShuffle<Float> BY_1_OF_4 = by(S128, 1);

  private LaneSum() {}

  private static VectorShuffle<Float> by(VectorSpecies<Float> species, int lanes) {
    return VectorShuffle.iota(species, lanes, 1, true);
  }

  /// @param vector of 4, 8 or 16 lanes
  static float of(FloatVector vector) {
    return switch (vector.length()) {
      case 16 -> {
        FloatVector eight = vector.add(vector.rearrange(BY_8_OF_16));
        FloatVector four = eight.add(eight.rearrange(BY_4_OF_16));
        FloatVector two = four.add(four.rearrange(BY_2_OF_16));
        yield two.add(two.rearrange(BY_1_OF_16)).lane(0);
      }
      case 8 -> {
        FloatVector four = vector.add(vector.rearrange(BY_4_OF_8));
        FloatVector two = four.add(four.rearrange(BY_2_OF_8));
        yield two.add(two.rearrange(BY_1_OF_8)).lane(0);
      }
      default -> {
        FloatVector two = vector.add(vector.rearrange(BY_2_OF_4));
        yield two.add(two.rearrange(BY_1_OF_4)).lane(0);
      }
    };
  }
}
