package io.pandion.index;

import io.pandion.index.kernel.BlockCodes;
import io.pandion.index.kernel.BlockScan;
import io.pandion.index.kernel.Rotation;
import io.pandion.model.Metric;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Writes the blocks of lists, as [IvfWriter] specifies them: words of a quantizer, or signs where
/// there is none. Any number of threads, each with lists of its own.
record BlockWriter(
    RestReader rests,
    Metric metric,
    @Nullable ProductQuantizer quantizer,
    boolean trailers,
    MemorySegment out) {

  /// @param from place of the list's first row
  /// @param block number of its first block
  void list(int list, int[] numbers, int from, int to, long block) {
    int dimension = rests.dimension();
    int codes = quantizer == null ? Rotation.size(dimension) / 4 : quantizer.codes();
    int groups = BlockScan.groups(codes);
    long bytes = BlockScan.blockBytes(groups, trailers);
    float[] rest = new float[Rotation.size(dimension)];
    float[] whole = new float[dimension];
    float[] centre = new float[dimension];
    byte[] values = new byte[codes];
    Rotation rotation = new Rotation(dimension);
    rests.centre(list, centre);
    for (int place = from; place < to; place++) {
      java.util.Arrays.fill(rest, 0);
      rests.read(numbers[place], list, rest);
      System.arraycopy(rest, 0, whole, 0, dimension);
      double factor = 1;
      if (quantizer == null) {
        rotation.apply(rest);
        factor = signs(rest, values) * (metric == Metric.L2 ? 2 : 1);
      } else {
        quantizer.codes(rest, values);
        for (int d = 0; d < dimension; d++) {
          whole[d] -= rest[d];
        }
      }
      int slot = (place - from) % BlockScan.ROWS;
      long at = (block + (place - from) / BlockScan.ROWS) * bytes;
      for (int code = 0; code < codes; code++) {
        BlockCodes.put(out, at, slot, code, values[code]);
      }
      if (trailers) {
        double constant = metric == Metric.L2 ? constant(centre, whole) : 0;
        long ends = at + 64L * groups + 4L * slot;
        out.set(RestReader.FLOAT, ends, (float) factor);
        out.set(RestReader.FLOAT, ends + 4L * BlockScan.ROWS, (float) constant);
      }
    }
  }

  /// Four signs a code; returns the factor.
  private static double signs(float[] rest, byte[] values) {
    double squares = 0;
    double sizes = 0;
    java.util.Arrays.fill(values, (byte) 0);
    for (int d = 0; d < rest.length; d++) {
      squares += (double) rest[d] * rest[d];
      sizes += Math.abs(rest[d]);
      if (rest[d] > 0) {
        values[d / 4] |= (byte) (1 << (d & 3));
      }
    }
    return sizes == 0 ? 0 : squares / sizes;
  }

  private static double constant(float[] centre, float[] rest) {
    double sum = 0;
    for (int d = 0; d < centre.length; d++) {
      sum -= rest[d] * (2.0 * centre[d] + rest[d]);
    }
    return sum;
  }
}
