package io.pandion.index.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The loops of [LaneKernel] over codes and 16-bit floats: one row a call.
///
/// Products of codes are added as shorts while they fit, two for SQ8 (2 x 127 x 127) and four for
/// SQ4 (4 x 15 x 127), then as ints.
final class CodeLanes {
  private static final int BITS = Math.min(512, ShortVector.SPECIES_PREFERRED.vectorBitSize());
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(BITS));
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(BITS));
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(BITS));
  private static final VectorSpecies<Byte> HALF_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, BITS / 2)));
  private static final int STEP = SHORTS.length();

  private static final ValueLayout.OfLong EIGHT =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private CodeLanes() {}

  /// The two shorts of each int, added.
  private static IntVector widened(ShortVector shorts) {
    IntVector ints = shorts.reinterpretAsInts();
    return ints.lanewise(VectorOperators.ASHR, 16)
        .add(ints.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
  }

  private static ShortVector codes(MemorySegment data, long at) {
    return (ShortVector)
        ByteVector.fromMemorySegment(HALF_BYTES, data, at, LITTLE_ENDIAN)
            .convertShape(VectorOperators.B2S, SHORTS, 0);
  }

  static int sq8(RowQuery query, MemorySegment data, long at) {
    short[] q = query.shorts();
    IntVector sum = IntVector.zero(INTS);
    for (int i = 0; i < q.length; i += 2 * STEP) {
      ShortVector a = codes(data, at + i).mul(ShortVector.fromArray(SHORTS, q, i));
      ShortVector b = codes(data, at + i + STEP).mul(ShortVector.fromArray(SHORTS, q, i + STEP));
      sum = sum.add(widened(a.add(b)));
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  static int sq4(RowQuery query, MemorySegment data, long at) {
    short[] q = query.shorts();
    int quarter = q.length / 4;
    IntVector sum = IntVector.zero(INTS);
    for (int i = 0; i < quarter; i += STEP) {
      ShortVector x = ShortVector.fromMemorySegment(SHORTS, data, at + 2L * i, LITTLE_ENDIAN);
      ShortVector a = x.and((short) 15).mul(ShortVector.fromArray(SHORTS, q, i));
      ShortVector b =
          x.lanewise(VectorOperators.LSHR, 4)
              .and((short) 15)
              .mul(ShortVector.fromArray(SHORTS, q, quarter + i));
      ShortVector c =
          x.lanewise(VectorOperators.LSHR, 8)
              .and((short) 15)
              .mul(ShortVector.fromArray(SHORTS, q, 2 * quarter + i));
      ShortVector d =
          x.lanewise(VectorOperators.LSHR, 12)
              .mul(ShortVector.fromArray(SHORTS, q, 3 * quarter + i));
      sum = sum.add(widened(a.add(b).add(c.add(d))));
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  /// Two products of -128 do not fit together into a short.
  static float int8(RowQuery query, MemorySegment data, long at) {
    short[] q = query.shorts();
    IntVector sum = IntVector.zero(INTS);
    if (query.l2) {
      for (int i = 0; i < q.length; i += STEP) {
        ShortVector far = ShortVector.fromArray(SHORTS, q, i).sub(codes(data, at + i));
        IntVector squares = far.mul(far).reinterpretAsInts(); // up to 255^2, without a sign
        sum = sum.add(squares.and(0xffff)).add(squares.lanewise(VectorOperators.LSHR, 16));
      }
      return -sum.reduceLanes(VectorOperators.ADD);
    }
    for (int i = 0; i < q.length; i += STEP) {
      sum = sum.add(widened(codes(data, at + i).mul(ShortVector.fromArray(SHORTS, q, i))));
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  /// Plain loads, eight codes of which are read at once: gathering is no faster.
  static int pq(RowQuery query, MemorySegment data, long at) {
    short[] table = query.table();
    int lookups = query.lookups;
    int a = 0;
    int b = 0;
    int i = 0;
    int t = 0;
    for (; i + 8 <= lookups; i += 8) {
      long eight = data.get(EIGHT, at + i);
      a += table[t + (int) (eight & 255)];
      b += table[t + 256 + (int) (eight >>> 8 & 255)];
      a += table[t + 512 + (int) (eight >>> 16 & 255)];
      b += table[t + 768 + (int) (eight >>> 24 & 255)];
      a += table[t + 1024 + (int) (eight >>> 32 & 255)];
      b += table[t + 1280 + (int) (eight >>> 40 & 255)];
      a += table[t + 1536 + (int) (eight >>> 48 & 255)];
      b += table[t + 1792 + (int) (eight >>> 56)];
      t += 2048;
    }
    for (; i < lookups; i++) {
      a += table[256 * i + (data.get(JAVA_BYTE, at + i) & 255)];
    }
    return a + b;
  }

  static float bfloat16(RowQuery query, MemorySegment data, long at) {
    float[] q = query.floats;
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < q.length; i += STEP) {
      ShortVector x = ShortVector.fromMemorySegment(SHORTS, data, at + 2L * i, LITTLE_ENDIAN);
      for (int part = 0; part < 2; part++) {
        IntVector wide = (IntVector) x.convertShape(VectorOperators.S2I, INTS, part);
        FloatVector y = wide.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        sum = add(query, sum, FloatVector.fromArray(FLOATS, q, i + part * FLOATS.length()), y);
      }
    }
    return LaneSum.of(sum);
  }

  static float float16(RowQuery query, MemorySegment data, long at) {
    float[] q = query.floats;
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < q.length; i += STEP) {
      ShortVector x = ShortVector.fromMemorySegment(SHORTS, data, at + 2L * i, LITTLE_ENDIAN);
      for (int part = 0; part < 2; part++) {
        IntVector wide = (IntVector) x.convertShape(VectorOperators.S2I, INTS, part);
        IntVector magnitude = wide.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
        IntVector scaled = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
        FloatVector y = scaled.or(wide.and(0x80000000)).reinterpretAsFloats();
        sum = add(query, sum, FloatVector.fromArray(FLOATS, q, i + part * FLOATS.length()), y);
      }
    }
    return LaneSum.of(sum);
  }

  private static FloatVector add(RowQuery query, FloatVector sum, FloatVector q, FloatVector y) {
    if (!query.l2) {
      return q.fma(y, sum);
    }
    FloatVector far = q.sub(y);
    return sum.sub(far.mul(far));
  }
}
