package io.pandion.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;

/// Sums of lanes are the same bits, interpreted and compiled.
class LaneSumTest {
  private static final int ROUNDS = 20_000;

  private static float halving(float[] lanes) {
    float[] sum = lanes.clone();
    for (int half = sum.length / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        sum[i] += sum[i + half];
      }
    }
    return sum[0];
  }

  @Test
  void halves_are_added_until_one_lane_is_left_also_when_it_is_compiled() {
    SplittableRandom random = new SplittableRandom(11);
    List<VectorSpecies<Float>> all =
        List.of(FloatVector.SPECIES_128, FloatVector.SPECIES_256, FloatVector.SPECIES_512);
    for (VectorSpecies<Float> species : all) {
      float[] lanes = new float[species.length()];
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < lanes.length; i++) {
          lanes[i] = random.nextFloat() - 0.5f;
        }
        float sum = LaneSum.of(FloatVector.fromArray(species, lanes, 0));
        assertThat(sum).as(species + ", round " + round).isEqualTo(halving(lanes));
      }
    }
  }
}
