package io.pandion.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Generates clustered vectors: 100 centres near a subspace of 32 dimensions, around each a
/// subspace of 64 dimensions of its own in which its rows lie, weaker along each further dimension,
/// and a little noise; clusters of unequal sizes. The same every time.
final class SyntheticVectors {
  private static final int CENTRES = 100;
  private static final int SHARED = 32;
  private static final int LOCAL = 64;

  private final Random random = new Random(7);
  private final int dimension;
  private final float[][] centres;
  private final float[][][] local;
  private final double[] upTo = new double[CENTRES];

  private SyntheticVectors(int dimension) {
    this.dimension = dimension;
    float[][] shared = gaussians(dimension, SHARED, 1 / Math.sqrt(dimension));
    float[] mean = gaussians(1, dimension, 1)[0];
    DataSets.normalise(mean);
    centres = new float[CENTRES][dimension];
    local = new float[CENTRES][][];
    double sum = 0;
    for (int k = 0; k < CENTRES; k++) {
      float[] at = gaussians(1, SHARED, 1 / Math.sqrt(SHARED))[0];
      for (int i = 0; i < dimension; i++) {
        centres[k][i] = 0.7f * mean[i] + dot(shared[i], at);
      }
      local[k] = gaussians(dimension, LOCAL, 0.7 / Math.sqrt(12.0 * dimension));
      for (float[] row : local[k]) {
        for (int j = 0; j < LOCAL; j++) {
          row[j] /= (float) Math.pow(j + 1, 0.3);
        }
      }
      sum += 1 / Math.pow(k + 5, 0.7);
      upTo[k] = sum;
    }
  }

  static DataSet write(Path folder, int rows, int queries, int dimension) throws IOException {
    SyntheticVectors source = new SyntheticVectors(dimension);
    return DataSet.write(folder, dimension, source.vectors(rows), source.vectors(queries));
  }

  private List<float[]> vectors(int count) {
    List<float[]> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double at = random.nextDouble() * upTo[CENTRES - 1];
      int k = 0;
      while (upTo[k] < at) {
        k++;
      }
      float scale = 0.7f + 0.6f * random.nextFloat();
      float[] place = gaussians(1, LOCAL, scale)[0];
      float[] noise = gaussians(1, dimension, 0.25 / Math.sqrt(dimension))[0];
      for (int d = 0; d < dimension; d++) {
        noise[d] += centres[k][d] + dot(local[k][d], place);
      }
      DataSets.normalise(noise);
      out.add(noise);
    }
    return out;
  }

  private float[][] gaussians(int rows, int columns, double deviation) {
    float[][] out = new float[rows][columns];
    for (float[] row : out) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) (deviation * random.nextGaussian());
      }
    }
    return out;
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
