package io.pandion.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// The plain twin: runs on every JVM and is what the other twins are compared with.
final class ScalarKernel implements VectorKernel {
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public String description() {
    return "scalar";
  }

  @Override
  public void score(RowQuery query, Rows rows, ScoreBatch batch, int count) {
    int[] ids = batch.ids();
    float[] scores = batch.scores();
    for (int i = 0; i < count; i++) {
      int row = Objects.checkIndex(ids[i], rows.count());
      scores[i] = score(query, rows.data(), (long) row * query.stride);
    }
  }

  @Override
  public void scoreRange(
      RowQuery[] queries, int queryCount, Rows rows, int from, int count, ScoreBatch batch) {
    Objects.checkFromIndexSize(from, count, rows.count());
    float[] scores = batch.scores();
    for (int i = 0; i < count; i++) {
      for (int q = 0; q < queryCount; q++) {
        scores[q * count + i] =
            score(queries[q], rows.data(), (long) (from + i) * queries[q].stride);
      }
    }
  }

  private static float score(RowQuery query, MemorySegment data, long at) {
    return switch (query.format) {
      case FLOAT32, FLOAT16, BFLOAT16 -> query.l2 ? l2(query, data, at) : dot(query, data, at);
      case INT8 -> query.l2 ? -int8L2(query, data, at) : sq8(query, data, at);
      case SQ8 -> scored(query, data, at, sq8(query, data, at));
      case SQ4 -> scored(query, data, at, sq4(query, data, at));
      case PQ -> scored(query, data, at, pq(query, data, at));
    };
  }

  private static float value(RowFormat format, MemorySegment data, long at, int i) {
    return switch (format) {
      case FLOAT16 -> Float.float16ToFloat(data.get(SHORT, at + 2L * i));
      case BFLOAT16 -> Float.intBitsToFloat(data.get(SHORT, at + 2L * i) << 16);
      default -> data.get(FLOAT, at + 4L * i);
    };
  }

  private static float dot(RowQuery query, MemorySegment data, long at) {
    float a = 0;
    float b = 0;
    float[] q = query.floats;
    for (int i = 0; i < q.length; i += 2) {
      a += q[i] * value(query.format, data, at, i);
      b += q[i + 1] * value(query.format, data, at, i + 1);
    }
    return a + b;
  }

  private static float l2(RowQuery query, MemorySegment data, long at) {
    float a = 0;
    float b = 0;
    float[] q = query.floats;
    for (int i = 0; i < q.length; i += 2) {
      float x = q[i] - value(query.format, data, at, i);
      float y = q[i + 1] - value(query.format, data, at, i + 1);
      a -= x * x;
      b -= y * y;
    }
    return a + b;
  }

  private static int sq8(RowQuery query, MemorySegment data, long at) {
    int sum = 0;
    for (int i = 0; i < query.stride; i++) {
      sum += query.codes[i] * data.get(ValueLayout.JAVA_BYTE, at + i);
    }
    return sum;
  }

  private static int int8L2(RowQuery query, MemorySegment data, long at) {
    int sum = 0;
    for (int i = 0; i < query.stride; i++) {
      int far = query.codes[i] - data.get(ValueLayout.JAVA_BYTE, at + i);
      sum += far * far;
    }
    return sum;
  }

  private static int sq4(RowQuery query, MemorySegment data, long at) {
    int sum = 0;
    byte[] codes = query.codes;
    for (int i = 0; i < query.stride; i++) {
      int x = data.get(ValueLayout.JAVA_BYTE, at + i) & 255;
      sum += codes[i] * (x & 15) + codes[query.stride + i] * (x >>> 4);
    }
    return sum;
  }

  private static int pq(RowQuery query, MemorySegment data, long at) {
    int sum = 0;
    short[] table = query.table();
    for (int i = 0; i < query.lookups; i++) {
      sum += table[256 * i + (data.get(ValueLayout.JAVA_BYTE, at + i) & 255)];
    }
    return sum;
  }

  /// What becomes of the sum of products.
  static float scored(RowQuery query, MemorySegment data, long at, int products) {
    float factor = data.get(FLOAT, at + query.stride - 8);
    float constant = data.get(FLOAT, at + query.stride - 4);
    return factor * (query.scale * products + query.shift) + constant + query.offset;
  }
}
