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
/// - INT8: the sum of `codes[i] * x[i]`, or `- sum of (codes[i] - x[i])^2` where `l2` is set, exact
///   as an integer and then rounded to a float;
/// - SQ8: *products* = the sum of `codes[i] * x[i]` over all bytes of the row (the query is zero
///   where the row holds no code);
/// - SQ4: *products* = the sum of `codes[i] * (x[i] & 15) + codes[stride + i] * (x[i] >>> 4)`;
/// - PQ: *products* = the sum of `table[256 * i + x[i]]` over the [#lookups] bytes of the row's
///   codes, `table` being 16-bit integers;
/// - these then: `((factor * ((scale * products) + shift)) + constant) + offset`, in this order and
///   without fused operations, so that every kernel gives the same bits.
///
/// In memory, for the native kernel: i32 operation and stride, f32 scale, shift and offset, i32
/// lookups, zeros up to byte 64, then the floats, codes or table.
public final class RowQuery {
  private static final int HEADER = 64;
  private static final int TABLE = 256;

  /// Sums of table entries stay below the largest int.
  private static final double MOST_SUM = 1 << 30;

  RowFormat format = RowFormat.FLOAT32;
  boolean l2;
  int stride;
  float scale;
  float shift;
  float offset;
  int lookups;
  float[] floats = {};
  byte[] codes = {};

  private short[] shorts = {};
  private float[] products = {};
  private boolean widened;

  float[] work = {};
  MemorySegment memory = MemorySegment.NULL;

  /// Turns to a format; the queries that follow are zero where they are not written.
  ///
  /// @param looked bytes of PQ codes
  void reset(RowFormat to, boolean squared, int rowStride, int looked) {
    boolean same =
        format == to && stride == rowStride && lookups == looked && memory.address() != 0;
    format = to;
    l2 = squared;
    stride = rowStride;
    lookups = looked;
    if (same) {
      // a vector of fewer dimensions may come: what it does not fill is zero
      Arrays.fill(floats, 0);
      Arrays.fill(codes, (byte) 0);
      return;
    }
    int bytes =
        switch (to) {
          case FLOAT32, SQ8, INT8 -> rowStride;
          case FLOAT16, BFLOAT16, SQ4 -> 2 * rowStride;
          case PQ -> 2 * TABLE * looked;
        };
    boolean ofBytes = to == RowFormat.SQ8 || to == RowFormat.SQ4 || to == RowFormat.INT8;
    floats = new float[ofBytes || to == RowFormat.PQ ? 0 : bytes / Float.BYTES];
    codes = new byte[ofBytes ? bytes : 0];
    shorts = new short[to == RowFormat.PQ ? TABLE * looked : codes.length];
    memory = Arena.ofAuto().allocate(HEADER + bytes, 64);
  }

  float[] work(int size) {
    if (work.length < size) {
      work = new float[size];
    }
    return work;
  }

  float[] products(int size) {
    if (products.length < size) {
      products = new float[size];
    }
    return products;
  }

  /// Makes products with all words, 256 for each byte, the table of PQ.
  void lookUp(float[] from) {
    float largest = 0;
    double all = 0;
    for (int i = 0; i < lookups; i++) {
      float most = 0;
      for (int j = TABLE * i; j < TABLE * (i + 1); j++) {
        most = Math.max(most, Math.abs(from[j]));
      }
      largest = Math.max(largest, most);
      all += most;
    }
    float step = (float) Math.min(Math.max(largest / 32_767.0, all / MOST_SUM), Float.MAX_VALUE);
    float by = step > 0 && Float.isFinite(1 / step) ? 1 / step : 0;
    scale = by == 0 ? 0 : step;
    shift = 0;
    for (int i = 0; i < TABLE * lookups; i++) {
      shorts[i] =
          (short) ((int) (Math.clamp(from[i] * by, -32_767f, 32_767f) + 32_768.5f) - 32_768);
    }
  }

  /// To be called when all fields are set: prepares what kernels read.
  void ready() {
    memory.set(ValueLayout.JAVA_INT, 0, operation());
    memory.set(ValueLayout.JAVA_INT, 4, stride);
    if (floats.length > 0) {
      MemorySegment.copy(floats, 0, memory, ValueLayout.JAVA_FLOAT, HEADER, floats.length);
      return;
    }
    widened = false;
    memory.set(ValueLayout.JAVA_FLOAT, 8, scale);
    memory.set(ValueLayout.JAVA_FLOAT, 12, shift);
    memory.set(ValueLayout.JAVA_FLOAT, 16, offset);
    memory.set(ValueLayout.JAVA_INT, 20, lookups);
    if (format == RowFormat.PQ) {
      MemorySegment.copy(shorts, 0, memory, ValueLayout.JAVA_SHORT, HEADER, TABLE * lookups);
      return;
    }
    MemorySegment.copy(codes, 0, memory, ValueLayout.JAVA_BYTE, HEADER, codes.length);
  }

  private int operation() {
    return switch (format) {
      case FLOAT32 -> l2 ? 1 : 0;
      case SQ8 -> 2;
      case SQ4 -> 3;
      case FLOAT16 -> l2 ? 5 : 4;
      case BFLOAT16 -> l2 ? 7 : 6;
      case PQ -> 8;
      case INT8 -> l2 ? 10 : 9;
    };
  }

  /// What PQ looks up.
  short[] table() {
    return shorts;
  }

  /// The codes as the Vector API multiplies them. SQ8 and INT8: `codes`. SQ4: what belongs to the
  /// lower and upper bits of even bytes, then of odd bytes, a quarter each.
  short[] shorts() {
    if (!widened) {
      widen();
      widened = true;
    }
    return shorts;
  }

  private void widen() {
    if (format != RowFormat.SQ4) {
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

  /// Takes a vector of bytes.
  void bytes(float[] from, int at, int count) {
    for (int i = 0; i < count; i++) {
      codes[i] = rounded(from[at + i]);
    }
  }

  static byte rounded(float value) {
    return (byte) Math.clamp(Math.round(value), -128, 127);
  }

  /// Quantises `count` floats from `from[at]` on to codes of -127 to 127 from `codes[to]` on.
  void quantise(float[] from, int at, int to, int count, float step) {
    float by = step == 0 ? 0 : 1 / step;
    for (int i = 0; i < count; i++) {
      codes[to + i] = (byte) Math.clamp(Math.round(from[at + i] * by), -127, 127);
    }
  }
}
