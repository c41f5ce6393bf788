package io.pandion.index.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The twin of the Vector API: up to 512 bits, several rows at a time where there are several, so
/// that the additions of one row do not wait for each other. The loops over codes are in
/// [CodeLanes].
final class LaneKernel implements VectorKernel {
  private static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() > 512
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final int STEP = LANES.length();

  private final String reason;

  /// @param reason why it was chosen, may be empty
  LaneKernel(String reason) {
    this.reason = reason;
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
    float[] scores = batch.scores();
    MemorySegment data = rows.data();
    long stride = query.stride;
    for (int i = 0; i < count; i++) {
      Objects.checkIndex(ids[i], rows.count());
    }
    int i = 0;
    if (query.format == RowFormat.FLOAT32) {
      for (; i + 4 <= count; i += 4) {
        four(
            query,
            data,
            ids[i] * stride,
            ids[i + 1] * stride,
            ids[i + 2] * stride,
            ids[i + 3] * stride,
            scores,
            i);
      }
    }
    for (; i < count; i++) {
      scores[i] = one(query, data, ids[i] * stride);
    }
  }

  @Override
  public void scoreRange(
      RowQuery[] queries, int queryCount, Rows rows, int from, int count, ScoreBatch batch) {
    Objects.checkFromIndexSize(from, count, rows.count());
    float[] scores = batch.scores();
    MemorySegment data = rows.data();
    long stride = rows.stride();
    for (int i = 0; i < count; i += 4) {
      int end = Math.min(i + 4, count);
      long at = (from + i) * stride;
      for (int q = 0; q < queryCount; q++) {
        RowQuery query = queries[q];
        if (end - i == 4 && query.format == RowFormat.FLOAT32) {
          four(
              query,
              data,
              at,
              at + stride,
              at + 2 * stride,
              at + 3 * stride,
              scores,
              q * count + i);
          continue;
        }
        for (int j = i; j < end; j++) {
          scores[q * count + j] = one(query, data, (from + j) * stride);
        }
      }
    }
  }

  private static float one(RowQuery query, MemorySegment data, long at) {
    return switch (query.format) {
      case FLOAT32 -> query.l2 ? l2(query.floats, data, at) : dot(query.floats, data, at);
      case FLOAT16 -> CodeLanes.float16(query, data, at);
      case BFLOAT16 -> CodeLanes.bfloat16(query, data, at);
      case SQ8 -> ScalarKernel.scored(query, data, at, CodeLanes.sq8(query, data, at));
      case SQ4 -> ScalarKernel.scored(query, data, at, CodeLanes.sq4(query, data, at));
    };
  }

  private static FloatVector load(MemorySegment rows, long at) {
    return FloatVector.fromMemorySegment(LANES, rows, at, LITTLE_ENDIAN);
  }

  private static float sum(FloatVector vector) {
    return vector.reduceLanes(VectorOperators.ADD);
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
