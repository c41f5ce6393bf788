package io.pandion.index;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The twin of the Vector API: up to 16 lanes, four rows at a time where there are several, so that
/// the additions of one row do not wait for each other.
final class LaneKernel implements VectorKernel {
  private static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() > 512
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final int STEP = LANES.length();

  static int lanes() {
    return STEP;
  }

  @Override
  public String name() {
    return "vector";
  }

  private static FloatVector load(MemorySegment rows, long at) {
    return FloatVector.fromMemorySegment(LANES, rows, at, LITTLE_ENDIAN);
  }

  private static float sum(FloatVector vector) {
    return vector.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public float dot(float[] query, MemorySegment rows, long at, int length) {
    FloatVector a = FloatVector.zero(LANES);
    for (int i = 0; i < length; i += STEP) {
      a = FloatVector.fromArray(LANES, query, i).fma(load(rows, at + 4L * i), a);
    }
    return sum(a);
  }

  @Override
  public float squaredL2(float[] query, MemorySegment rows, long at, int length) {
    FloatVector a = FloatVector.zero(LANES);
    for (int i = 0; i < length; i += STEP) {
      FloatVector x = FloatVector.fromArray(LANES, query, i).sub(load(rows, at + 4L * i));
      a = x.fma(x, a);
    }
    return sum(a);
  }

  @Override
  public void dots(
      float[] query, MemorySegment rows, long[] at, int count, int length, float[] out) {
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      fourDots(query, rows, at, i, length, out);
    }
    for (; i < count; i++) {
      out[i] = dot(query, rows, at[i], length);
    }
  }

  @Override
  public void squaredL2s(
      float[] query, MemorySegment rows, long[] at, int count, int length, float[] out) {
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      fourSquaredL2s(query, rows, at, i, length, out);
    }
    for (; i < count; i++) {
      out[i] = squaredL2(query, rows, at[i], length);
    }
  }

  private static void fourDots(
      float[] query, MemorySegment rows, long[] at, int from, int length, float[] out) {
    FloatVector a = FloatVector.zero(LANES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    long p0 = at[from];
    long p1 = at[from + 1];
    long p2 = at[from + 2];
    long p3 = at[from + 3];
    for (int i = 0; i < length; i += STEP) {
      FloatVector q = FloatVector.fromArray(LANES, query, i);
      a = q.fma(load(rows, p0 + 4L * i), a);
      b = q.fma(load(rows, p1 + 4L * i), b);
      c = q.fma(load(rows, p2 + 4L * i), c);
      d = q.fma(load(rows, p3 + 4L * i), d);
    }
    out[from] = sum(a);
    out[from + 1] = sum(b);
    out[from + 2] = sum(c);
    out[from + 3] = sum(d);
  }

  private static void fourSquaredL2s(
      float[] query, MemorySegment rows, long[] at, int from, int length, float[] out) {
    FloatVector a = FloatVector.zero(LANES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    long p0 = at[from];
    long p1 = at[from + 1];
    long p2 = at[from + 2];
    long p3 = at[from + 3];
    for (int i = 0; i < length; i += STEP) {
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
    out[from] = sum(a);
    out[from + 1] = sum(b);
    out[from + 2] = sum(c);
    out[from + 3] = sum(d);
  }
}
