package io.pandion.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pandion.model.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// What tests of kernels share: the twins of this machine, random vectors as rows, and their
/// scores.
final class KernelTwins {
  private KernelTwins() {}

  static float[] vector(Random random, int dimension) {
    float[] out = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      out[i] = (float) random.nextGaussian() + 0.3f;
    }
    return out;
  }

  static boolean nativeKernelIsBuilt() {
    return NativeLibrary.loaded().library() != null;
  }

  /// All twins that this machine has, made anew, because the native one changes its level.
  static List<Twin> twins() {
    List<Twin> out = new ArrayList<>();
    out.add(new Twin("vector", () -> KernelChoice.choose("vector")));
    for (int level = 0; level < 3 && nativeKernelIsBuilt(); level++) {
      int limit = level;
      out.add(new Twin("native " + level, () -> KernelChoice.nativeKernel(limit)));
    }
    return out;
  }

  record Twin(String name, java.util.function.Supplier<VectorKernel> kernel) {}

  /// Words that are random, as many bytes of them as there are dimensions up to 90.
  private static final class RandomWords implements CodeWords {
    private final int bytes;
    private final Random chosen = new Random(7);

    RandomWords(int dimension) {
      this.bytes = 1 + dimension % 90;
    }

    @Override
    public int bytes() {
      return bytes;
    }

    @Override
    public void encode(float[] vector, byte[] out) {
      chosen.nextBytes(out);
      for (int i = 0; i < vector.length; i++) {
        vector[i] *= 0.25f;
      }
    }

    @Override
    public void products(float[] vector, float[] out) {
      for (int i = 0; i < 256 * bytes; i++) {
        out[i] = vector[i % vector.length] * ((i * 31 & 255) - 128);
      }
    }
  }

  static RowCodec codec(RowFormat format, Metric metric, int dimension, float @Nullable [] mean) {
    return format == RowFormat.PQ
        ? new RowCodec(format, metric, dimension, mean, new RandomWords(dimension))
        : new RowCodec(format, metric, dimension, mean);
  }

  /// Rows at an address that is not a multiple of 64 unless `odd` is 0.
  static Rows rows(RowCodec codec, float[][] vectors, int odd) {
    int stride = codec.stride();
    MemorySegment data =
        Arena.ofAuto().allocate((long) vectors.length * stride + odd, 64).asSlice(odd);
    RowEncoder encoder = codec.encoder();
    for (int i = 0; i < vectors.length; i++) {
      encoder.encode(vectors[i], 0, data, (long) i * stride);
    }
    return codec.rows(data, vectors.length);
  }

  static float[] scores(VectorKernel kernel, RowQuery query, Rows rows) {
    ScoreBatch batch = new ScoreBatch(9 * rows.count());
    for (int i = 0; i < rows.count(); i++) {
      batch.ids()[i] = rows.count() - 1 - i;
    }
    kernel.score(query, rows, batch, rows.count());
    float[] out = new float[rows.count()];
    for (int i = 0; i < out.length; i++) {
      out[batch.ids()[i]] = batch.scores()[i];
    }
    RowQuery[] several = new RowQuery[1 + rows.count() % 9];
    java.util.Arrays.fill(several, query);
    kernel.scoreRange(several, several.length, rows, 0, rows.count(), batch);
    for (int i = 0; i < several.length * out.length; i++) {
      float range = batch.scores()[i];
      float one = out[i % out.length];
      assertThat(range).isCloseTo(one, within(1e-4f * Math.max(1, Math.abs(one))));
    }
    return out;
  }
}
