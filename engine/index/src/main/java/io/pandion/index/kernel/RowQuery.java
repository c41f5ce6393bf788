package io.pandion.index.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// One query, prepared by [RowCodec#prepare] for rows of one format. One thread; reusable;
/// allocates only for a larger row than any before.
///
/// How a kernel scores a row, larger being nearer:
///
/// - FLOAT32, FLOAT16, BFLOAT16: `sum of q[i] * x[i]`, or `- sum of (q[i] - x[i])^2` where `l2` is
///   set, in any order of additions;
/// - SQ8: *products* = the sum of `codes[i] * x[i]` over all bytes of the row (the query is zero
///   where the row holds no code);
/// - SQ4: *products* = the sum of `codes[i] * (x[i] & 15) + codes[stride + i] * (x[i] >>> 4)`;
/// - both then: `((factor * ((scale * products) + shift)) + constant) + offset`, in this order and
///   without fused operations, so that every kernel gives the same bits.
///
/// In memory, for the native kernel: i32 operation and stride, f32 scale, shift and offset, zeros
/// up to byte 64, then the floats or codes.
public final class RowQuery {
  private static final int HEADER = 64;

  RowFormat format = RowFormat.FLOAT32;
  boolean l2;
  int stride;
  float scale;
  float shift;
  float offset;
  float[] floats = {};
  byte[] codes = {};

  private short[] shorts = {};
  private boolean widened;

  float[] work = {};
  MemorySegment memory = MemorySegment.NULL;

  /// Turns to a format; the queries that follow are zero where they are not written.
  void reset(RowFormat to, boolean squared, int rowStride) {
    boolean same = format == to && stride == rowStride && memory.address() != 0;
    format = to;
    l2 = squared;
    stride = rowStride;
    if (same) {
      // a vector of fewer dimensions may come: what it does not fill is zero
      Arrays.fill(floats, 0);
      Arrays.fill(codes, (byte) 0);
      return;
    }
    int bytes =
        switch (to) {
          case FLOAT32, SQ8 -> rowStride;
          case FLOAT16, BFLOAT16, SQ4 -> 2 * rowStride;
        };
    floats = new float[to.isCode() ? 0 : bytes / Float.BYTES];
    codes = new byte[to.isCode() ? bytes : 0];
    shorts = new short[codes.length];
    memory = Arena.ofAuto().allocate(HEADER + bytes, 64);
  }

  float[] work(int size) {
    if (work.length < size) {
      work = new float[size];
    }
    return work;
  }

  /// To be called when all fields are set: prepares what kernels read.
  void ready() {
    memory.set(ValueLayout.JAVA_INT, 0, operation());
    memory.set(ValueLayout.JAVA_INT, 4, stride);
    if (!format.isCode()) {
      MemorySegment.copy(floats, 0, memory, ValueLayout.JAVA_FLOAT, HEADER, floats.length);
      return;
    }
    widened = false;
    memory.set(ValueLayout.JAVA_FLOAT, 8, scale);
    memory.set(ValueLayout.JAVA_FLOAT, 12, shift);
    memory.set(ValueLayout.JAVA_FLOAT, 16, offset);
    MemorySegment.copy(codes, 0, memory, ValueLayout.JAVA_BYTE, HEADER, codes.length);
  }

  private int operation() {
    return switch (format) {
      case FLOAT32 -> l2 ? 1 : 0;
      case SQ8 -> 2;
      case SQ4 -> 3;
      case FLOAT16 -> l2 ? 5 : 4;
      case BFLOAT16 -> l2 ? 7 : 6;
    };
  }

  /// The codes as the Vector API multiplies them. SQ8: `codes`. SQ4: what belongs to the lower and
  /// upper bits of even bytes, then of odd bytes, a quarter each.
  short[] shorts() {
    if (!widened) {
      widen();
      widened = true;
    }
    return shorts;
  }

  private void widen() {
    if (format == RowFormat.SQ8) {
      for (int i = 0; i < codes.length; i++) {
        shorts[i] = codes[i];
      }
      return;
    }
    int quarter = stride / 2;
    for (int i = 0; i < quarter; i++) {
      shorts[i] = codes[2 * i];
      shorts[quarter + i] = codes[stride + 2 * i];
      shorts[2 * quarter + i] = codes[2 * i + 1];
      shorts[3 * quarter + i] = codes[stride + 2 * i + 1];
    }
  }

  /// Quantises `count` floats from `from[at]` on to codes of -127 to 127 from `codes[to]` on.
  void quantise(float[] from, int at, int to, int count, float step) {
    float by = step == 0 ? 0 : 1 / step;
    for (int i = 0; i < count; i++) {
      codes[to + i] = (byte) Math.clamp(Math.round(from[at + i] * by), -127, 127);
    }
  }
}
