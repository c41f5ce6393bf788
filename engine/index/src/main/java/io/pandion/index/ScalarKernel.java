package io.pandion.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The plain twin: runs on every JVM and is what the other twins are compared with.
final class ScalarKernel implements VectorKernel {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public float dot(float[] query, MemorySegment rows, long at, int length) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int i = 0; i < length; i += 4) {
      long p = at + 4L * i;
      a += query[i] * rows.get(FLOAT, p);
      b += query[i + 1] * rows.get(FLOAT, p + 4);
      c += query[i + 2] * rows.get(FLOAT, p + 8);
      d += query[i + 3] * rows.get(FLOAT, p + 12);
    }
    return (a + b) + (c + d);
  }

  @Override
  public float squaredL2(float[] query, MemorySegment rows, long at, int length) {
    float a = 0;
    float b = 0;
    for (int i = 0; i < length; i += 2) {
      long p = at + 4L * i;
      float x = query[i] - rows.get(FLOAT, p);
      float y = query[i + 1] - rows.get(FLOAT, p + 4);
      a += x * x;
      b += y * y;
    }
    return a + b;
  }

  @Override
  public void dots(
      float[] query, MemorySegment rows, long[] at, int count, int length, float[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = dot(query, rows, at[i], length);
    }
  }

  @Override
  public void squaredL2s(
      float[] query, MemorySegment rows, long[] at, int count, int length, float[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = squaredL2(query, rows, at[i], length);
    }
  }
}
