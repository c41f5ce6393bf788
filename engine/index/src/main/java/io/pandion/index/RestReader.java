package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowEncoder;
import io.pandion.index.kernel.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads rows and what is left of them when the centre of their list is taken off. Immutable, any
/// number of threads.
record RestReader(Rows points, Rows centres) {
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  int dimension() {
    return points.dimension();
  }

  /// The row minus the centre.
  void read(int row, int list, float[] rest) {
    long at = (long) row * points.stride();
    long centre = (long) list * centres.stride();
    for (int d = 0; d < dimension(); d++) {
      rest[d] = points.data().get(FLOAT, at + 4L * d) - centres.data().get(FLOAT, centre + 4L * d);
    }
  }

  void centre(int list, float[] centre) {
    MemorySegment.copy(
        centres.data(), FLOAT, (long) list * centres.stride(), centre, 0, dimension());
  }

  /// Encodes the rows of the places `from` to `to`, whole and not their rests.
  void rows(RowCodec codec, int[] numbers, int from, int to, MemorySegment out) {
    RowEncoder encoder = codec.encoder();
    float[] vector = new float[dimension()];
    int stride = codec.format().stride(dimension());
    for (int place = from; place < to; place++) {
      long at = (long) numbers[place] * points.stride();
      MemorySegment.copy(points.data(), FLOAT, at, vector, 0, dimension());
      encoder.encode(vector, 0, out, (long) place * stride);
    }
  }
}
