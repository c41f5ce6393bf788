package io.pandion.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RotationTest {
  private static final long SEED = Long.getLong("seed", 20261201);

  private final Random random = new Random(SEED);

  private float[] vector(int dimension) {
    float[] x = new float[Rotation.size(dimension)];
    for (int i = 0; i < dimension; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
    return x;
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void products_stay_what_they_are() {
    System.out.println("rotations: seed " + SEED);
    for (int dimension = 1; dimension <= 1100; dimension += dimension < 300 ? 1 : 37) {
      Rotation rotation = new Rotation(dimension);
      float[] a = vector(dimension);
      float[] b = vector(dimension);
      double before = product(a, b);
      double length = product(a, a);
      rotation.apply(a);
      rotation.apply(b);
      assertThat(product(a, b)).as("dimension %d", dimension).isCloseTo(before, within(1e-4));
      assertThat(product(a, a)).as("dimension %d", dimension).isCloseTo(length, within(1e-4));
    }
  }

  @Test
  void the_vector_api_gives_the_same_bits() {
    for (int dimension = 1; dimension <= 1100; dimension += dimension < 300 ? 1 : 37) {
      Rotation rotation = new Rotation(dimension);
      float[] one = vector(dimension);
      float[] other = one.clone();
      rotation.apply(one, false);
      rotation.apply(other, true);
      assertThat(other).as("dimension %d", dimension).containsExactly(one);
    }
  }

  @Test
  void a_single_large_value_is_spread() {
    float[] x = new float[Rotation.size(768)];
    x[5] = 1;
    new Rotation(768).apply(x);
    for (float value : x) {
      assertThat(Math.abs(value)).isLessThan(0.2f);
    }
  }
}
