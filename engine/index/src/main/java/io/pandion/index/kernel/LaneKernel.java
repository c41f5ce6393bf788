package io.pandion.index.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The twin of the Vector API: up to 512 bits, several rows at a time where there are several, so
/// that the additions of one row do not wait for each other. The loops over codes are in
/// [CodeLanes].
final class LaneKernel implements VectorKernel {
  static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() > 512
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final int STEP = LANES.length();

  /// All memory, so that loads need no checks: rows are checked before, and callers keep them
  /// alive.
  private static final MemorySegment EVERYTHING = everything();

  private static final int TOUCHED = 256;

  private final String reason;

  /// @param reason why it was chosen, may be empty
  LaneKernel(String reason) {
    this.reason = reason;
  }

  @SuppressWarnings("restricted") // the program is started with --enable-native-access
  private static MemorySegment everything() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  static int lanes() {
    return STEP;
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public String description() {
    return "vector ("
        + LANES.vectorBitSize()
        + " bits"
        + (reason.isEmpty() ? ")" : "; " + reason + ")");
  }

  @Override
  public void score(RowQuery query, Rows rows, ScoreBatch batch, int count) {
    int[] ids = batch.ids();
    for (int i = 0; i < count; i++) {
      Objects.checkIndex(ids[i], rows.count());
    }
    MemorySegment data = rows.data();
    if (!data.isNative()) {
      rows(query, data, 0, ids, count, batch.scores());
      return;
    }
    try {
      touch(query, data.address(), batch, count);
      rows(query, EVERYTHING, data.address(), ids, count, batch.scores());
    } finally {
      Reference.reachabilityFence(data);
    }
  }

  /// Reads a byte of each cache line of the first [#TOUCHED] bytes of all rows and of what the
  /// caller reads next: these loads wait for memory together, while those of the loops over rows,
  /// which are long, wait one after the other. For floats, whose rows are many lines, it does not
  /// pay.
  private static void touch(RowQuery query, long base, ScoreBatch batch, int count) {
    if (query.codes.length == 0 && query.lookups == 0) {
      return;
    }
    long next = batch.hint();
    int sum =
        next == 0 ? 0 : EVERYTHING.get(JAVA_BYTE, next) + EVERYTHING.get(JAVA_BYTE, next + 64);
    int[] ids = batch.ids();
    long stride = query.stride;
    long end = Math.min(stride, TOUCHED);
    for (int i = 0; i < count; i++) {
      long at = base + ids[i] * stride;
      for (long line = 0; line < end; line += 64) {
        sum += EVERYTHING.get(JAVA_BYTE, at + line);
      }
    }
    if (sum == Integer.MIN_VALUE) { // never, which the compiler does not know
      batch.scores()[0] = 0;
    }
  }

  private static void rows(
      RowQuery query, MemorySegment data, long base, int[] ids, int count, float[] scores) {
    long stride = query.stride;
    switch (query.format) {
      case SQ8 -> {
        for (int i = 0; i < count; i++) {
          long at = base + ids[i] * stride;
          scores[i] = ScalarKernel.scored(query, data, at, CodeLanes.sq8(query, data, at));
        }
      }
      case SQ4 -> {
        for (int i = 0; i < count; i++) {
          long at = base + ids[i] * stride;
          scores[i] = ScalarKernel.scored(query, data, at, CodeLanes.sq4(query, data, at));
        }
      }
      case INT8 -> {
        for (int i = 0; i < count; i++) {
          scores[i] = CodeLanes.int8(query, data, base + ids[i] * stride);
        }
      }
      case PQ -> {
        for (int i = 0; i < count; i++) {
          long at = base + ids[i] * stride;
          scores[i] = ScalarKernel.scored(query, data, at, CodeLanes.pq(query, data, at));
        }
      }
      case FLOAT16, BFLOAT16 -> {
        for (int i = 0; i < count; i++) {
          scores[i] = one(query, data, base + ids[i] * stride);
        }
      }
      case FLOAT32 -> {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
          four(
              query,
              data,
              base + ids[i] * stride,
              base + ids[i + 1] * stride,
              base + ids[i + 2] * stride,
              base + ids[i + 3] * stride,
              scores,
              i);
        }
        for (; i < count; i++) {
          scores[i] = one(query, data, base + ids[i] * stride);
        }
      }
    }
  }

  @Override
  public void scoreRange(
      RowQuery[] queries, int queryCount, Rows rows, int from, int count, ScoreBatch batch) {
    Objects.checkFromIndexSize(from, count, rows.count());
    Objects.checkFromIndexSize(0, queryCount * count, batch.capacity());
    MemorySegment data = rows.data();
    if (!data.isNative()) {
      range(queries, queryCount, data, (long) from * rows.stride(), count, batch.scores());
      return;
    }
    try {
      long base = data.address() + (long) from * rows.stride();
      range(queries, queryCount, EVERYTHING, base, count, batch.scores());
    } finally {
      Reference.reachabilityFence(data);
    }
  }

  private static void range(
      RowQuery[] queries, int queryCount, MemorySegment data, long base, int count, float[] out) {
    for (int i = 0; i < count; i += 4) {
      int end = Math.min(i + 4, count);
      int q = 0;
      boolean tiled = end - i == 4 && queryCount > 1 && queries[0].format == RowFormat.FLOAT32;
      for (; tiled && q + 2 <= queryCount; q += 2) {
        long stride = queries[q].stride;
        FloatTiles.eight(
            queries[q], queries[q + 1], data, base + i * stride, stride, out, q * count + i, count);
      }
      for (; q < queryCount; q++) {
        RowQuery query = queries[q];
        long stride = query.stride;
        long at = base + i * stride;
        if (end - i == 4 && query.format == RowFormat.FLOAT32) {
          four(query, data, at, at + stride, at + 2 * stride, at + 3 * stride, out, q * count + i);
          continue;
        }
        for (int j = i; j < end; j++) {
          out[q * count + j] = one(query, data, base + j * stride);
        }
      }
    }
  }

  private static float one(RowQuery query, MemorySegment data, long at) {
    return switch (query.format) {
      case FLOAT32 -> query.l2 ? l2(query.floats, data, at) : dot(query.floats, data, at);
      case FLOAT16 -> CodeLanes.float16(query, data, at);
      case BFLOAT16 -> CodeLanes.bfloat16(query, data, at);
      case INT8 -> CodeLanes.int8(query, data, at);
      case SQ8 -> ScalarKernel.scored(query, data, at, CodeLanes.sq8(query, data, at));
      case SQ4 -> ScalarKernel.scored(query, data, at, CodeLanes.sq4(query, data, at));
      case PQ -> ScalarKernel.scored(query, data, at, CodeLanes.pq(query, data, at));
    };
  }

  static FloatVector load(MemorySegment rows, long at) {
    return FloatVector.fromMemorySegment(LANES, rows, at, LITTLE_ENDIAN);
  }

  static float sum(FloatVector vector) {
    return LaneSum.of(vector);
  }

  private static float dot(float[] query, MemorySegment rows, long at) {
    FloatVector a = FloatVector.zero(LANES);
    for (int i = 0; i < query.length; i += STEP) {
      a = FloatVector.fromArray(LANES, query, i).fma(load(rows, at + 4L * i), a);
    }
    return sum(a);
  }

  private static float l2(float[] query, MemorySegment rows, long at) {
    FloatVector a = FloatVector.zero(LANES);
    for (int i = 0; i < query.length; i += STEP) {
      FloatVector x = FloatVector.fromArray(LANES, query, i).sub(load(rows, at + 4L * i));
      a = x.fma(x, a);
    }
    return 0f - sum(a);
  }

  private static void four(
      RowQuery query, MemorySegment rows, long p0, long p1, long p2, long p3, float[] out, int to) {
    if (query.l2) {
      fourL2s(query.floats, rows, p0, p1, p2, p3, out, to);
    } else {
      fourDots(query.floats, rows, p0, p1, p2, p3, out, to);
    }
  }

  private static void fourDots(
      float[] query, MemorySegment rows, long p0, long p1, long p2, long p3, float[] out, int to) {
    FloatVector a = FloatVector.zero(LANES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < query.length; i += STEP) {
      FloatVector q = FloatVector.fromArray(LANES, query, i);
      a = q.fma(load(rows, p0 + 4L * i), a);
      b = q.fma(load(rows, p1 + 4L * i), b);
      c = q.fma(load(rows, p2 + 4L * i), c);
      d = q.fma(load(rows, p3 + 4L * i), d);
    }
    out[to] = sum(a);
    out[to + 1] = sum(b);
    out[to + 2] = sum(c);
    out[to + 3] = sum(d);
  }

  private static void fourL2s(
      float[] query, MemorySegment rows, long p0, long p1, long p2, long p3, float[] out, int to) {
    FloatVector a = FloatVector.zero(LANES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < query.length; i += STEP) {
      FloatVector q = FloatVector.fromArray(LANES, query, i);
      FloatVector w = q.sub(load(rows, p0 + 4L * i));
      FloatVector x = q.sub(load(rows, p1 + 4L * i));
      FloatVector y = q.sub(load(rows, p2 + 4L * i));
      FloatVector z = q.sub(load(rows, p3 + 4L * i));
      a = w.fma(w, a);
      b = x.fma(x, b);
      c = y.fma(y, c);
      d = z.fma(z, d);
    }
    out[to] = 0f - sum(a);
    out[to + 1] = 0f - sum(b);
    out[to + 2] = 0f - sum(c);
    out[to + 3] = 0f - sum(d);
  }
}
