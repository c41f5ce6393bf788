package io.pandion.index.kernel;

import io.pandion.model.Metric;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Writes vectors as rows of a format. One thread; reusable; allocates nothing after it was made.
/// Cost: O(dimension), for SQ4 O(dimension x (log dimension + 12)), for PQ that of its [CodeWords].
public final class RowEncoder {
  private static final ValueLayout.OfFloat FLOAT = ScalarKernel.FLOAT;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final float HALF_MAX = 65_504;

  /// Steps of SQ4 that are tried, as shares of what would reach the largest value.
  private static final int TRIES = 12;

  /// The factor of PQ at most.
  private static final double MOST_STRETCH = 4;

  private final RowCodec codec;
  private final int stride;
  private final float[] x;
  private final float[] rest;
  private final byte[] bytes;

  RowEncoder(RowCodec codec) {
    this.codec = codec;
    this.stride = codec.stride();
    this.x = new float[Rotation.size(codec.dimension)];
    CodeWords words = codec.words();
    this.rest = new float[words == null ? 0 : x.length];
    this.bytes = new byte[words == null ? 0 : words.bytes()];
  }

  /// Writes the vector at `from[offset]` as the row that starts at a byte of `out`, all of its
  /// bytes.
  public void encode(float[] from, int offset, MemorySegment out, long at) {
    out.asSlice(at, stride).fill((byte) 0);
    switch (codec.format) {
      case FLOAT32, FLOAT16, BFLOAT16 -> floats(from, offset, out, at);
      case INT8 -> bytes(from, offset, out, at);
      case SQ8 -> sq8(from, offset, out, at);
      case SQ4 -> sq4(from, offset, out, at);
      case PQ -> pq(from, offset, out, at);
    }
  }

  private void floats(float[] from, int offset, MemorySegment out, long at) {
    System.arraycopy(from, offset, x, 0, codec.dimension);
    if (codec.metric == Metric.COSINE) {
      codec.normalise(x);
    }
    for (int i = 0; i < codec.dimension; i++) {
      switch (codec.format) {
        case FLOAT16 ->
            out.set(
                SHORT, at + 2L * i, Float.floatToFloat16(Math.clamp(x[i], -HALF_MAX, HALF_MAX)));
        case BFLOAT16 -> out.set(SHORT, at + 2L * i, bfloat16(x[i]));
        default -> out.set(FLOAT, at + 4L * i, x[i]);
      }
    }
  }

  private void bytes(float[] from, int offset, MemorySegment out, long at) {
    for (int i = 0; i < codec.dimension; i++) {
      out.set(ValueLayout.JAVA_BYTE, at + i, RowQuery.rounded(from[offset + i]));
    }
  }

  /// The nearest, the even one of two; the largest finite one instead of infinity.
  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    return (short) ((rounded & 0x7fff) == 0x7f80 ? rounded - 1 : rounded);
  }

  private void sq8(float[] from, int offset, MemorySegment out, long at) {
    boolean zero = codec.centre(from, offset, x);
    float step = RowCodec.largest(x, codec.dimension) / 127;
    float by = step == 0 ? 0 : 1 / step;
    double product = 0;
    for (int i = 0; i < codec.dimension; i++) {
      int code = Math.clamp(Math.round(x[i] * by), -127, 127);
      out.set(ValueLayout.JAVA_BYTE, at + i, (byte) code);
      product += (double) code * x[i];
    }
    ends(out, at, product, codec.squares(x), zero);
  }

  private void sq4(float[] from, int offset, MemorySegment out, long at) {
    boolean zero = codec.centre(from, offset, x);
    double squares = codec.squares(x);
    java.util.Objects.requireNonNull(codec.rotation()).apply(x);
    float by = bestSteps(RowCodec.largest(x, x.length));
    int half = x.length / 2;
    double product = 0;
    for (int i = 0; i < half; i++) {
      int low = code(x[i] * by);
      int high = code(x[half + i] * by);
      out.set(ValueLayout.JAVA_BYTE, at + i, (byte) (low | high << 4));
      product += (low - 7.5) * x[i] + (high - 7.5) * x[half + i];
    }
    ends(out, at, product, squares, zero);
  }

  private void pq(float[] from, int offset, MemorySegment out, long at) {
    boolean zero = codec.centre(from, offset, x);
    System.arraycopy(x, 0, rest, 0, x.length);
    java.util.Objects.requireNonNull(codec.words()).encode(rest, bytes);
    MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, at, bytes.length);
    double squares = codec.squares(x);
    double product = squares;
    for (int i = 0; i < codec.dimension; i++) {
      product -= (double) rest[i] * x[i];
    }
    // words that hardly point to the vector would be stretched beyond all measure
    ends(out, at, product > 0 ? Math.max(product, squares / MOST_STRETCH) : 0, squares, zero);
  }

  private static int code(float steps) {
    return Math.clamp(Math.round(steps + 7.5f), 0, 15);
  }

  /// One over the step whose codes point best into the direction of the vector.
  private float bestSteps(float largest) {
    double best = -1;
    float out = 0;
    for (int i = 0; i < TRIES && largest > 0; i++) {
      float by = 7.5f / (largest * (0.45f + 0.05f * i));
      float squares = 0;
      float product = 0;
      for (float value : x) {
        float code = Math.clamp((float) Math.floor(value * by + 8f), 0f, 15f) - 7.5f;
        squares += code * code;
        product += code * (value / largest);
      }
      double cosine = product / Math.sqrt(squares);
      if (cosine > best) {
        best = cosine;
        out = by;
      }
    }
    return Float.isFinite(out) ? out : 0;
  }

  private void ends(MemorySegment out, long at, double product, double squares, boolean zero) {
    double factor = product > 0 ? squares / product : 0;
    float constant =
        codec.metric == Metric.COSINE ? (float) (-squares / 2) : codec.constant(squares);
    if (zero) {
      constant -= 0.5f; // the cosine with a zero vector is 0
    }
    double by = codec.metric == Metric.L2 ? 2 * factor : factor;
    out.set(FLOAT, at + stride - 8, (float) Math.min(by, Float.MAX_VALUE));
    out.set(FLOAT, at + stride - 4, constant);
  }
}
