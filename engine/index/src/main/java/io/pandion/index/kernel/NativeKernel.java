package io.pandion.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Objects;

/// The twin in C, called without leaving the Java state of the thread, so that arrays are passed as
/// they lie. Rows in the heap, which only tests have, go to a twin in Java.
///
/// The caller keeps the memory of rows alive for the length of a call: nothing is locked here.
final class NativeKernel implements VectorKernel {
  private static final String[] LEVELS = {"plain", "AVX2", "AVX-512 VNNI"};

  /// Of rows that stay in the first-level cache while several queries pass over them.
  private static final int BLOCK_BYTES = 1 << 14;

  private static final MethodHandle SCORE = score();

  private final VectorKernel heap = KernelChoice.inJava("rows in the heap");
  private final int level;

  NativeKernel(NativeLibrary library, int limit) {
    try {
      level = (int) library.level().invokeExact(limit);
    } catch (Throwable e) {
      throw new AssertionError("the native kernel failed", e);
    }
  }

  private static MethodHandle score() {
    return Objects.requireNonNull(NativeLibrary.loaded().library()).score();
  }

  @Override
  public String name() {
    return "native";
  }

  @Override
  public String description() {
    return "native (" + LEVELS[level] + ")";
  }

  @Override
  public void score(RowQuery query, Rows rows, ScoreBatch batch, int count) {
    MemorySegment data = rows.data();
    if (!data.isNative()) {
      heap.score(query, rows, batch, count);
      return;
    }
    check(batch.ids(), count, rows.count());
    try {
      call(query, data.address(), batch.idsSegment, count, batch.scoresSegment, 0, batch.hint());
    } finally {
      Reference.reachabilityFence(data);
    }
  }

  @Override
  public void scoreRange(
      RowQuery[] queries, int queryCount, Rows rows, int from, int count, ScoreBatch batch) {
    MemorySegment data = rows.data();
    if (!data.isNative()) {
      heap.scoreRange(queries, queryCount, rows, from, count, batch);
      return;
    }
    Objects.checkFromIndexSize(from, count, rows.count());
    Objects.checkFromIndexSize(0, queryCount * count, batch.capacity());
    int block = Math.max(4, BLOCK_BYTES / rows.stride());
    try {
      for (int i = 0; i < count; i += block) {
        long base = data.address() + (long) (from + i) * rows.stride();
        int size = Math.min(block, count - i);
        for (int q = 0; q < queryCount; q++) {
          call(queries[q], base, MemorySegment.NULL, size, batch.scoresSegment, q * count + i, 0);
        }
      }
    } finally {
      Reference.reachabilityFence(data);
    }
  }

  private static void check(int[] ids, int count, int rows) {
    int wrong = 0;
    for (int i = 0; i < count; i++) {
      wrong |= ids[i] | (rows - 1 - ids[i]);
    }
    if (wrong < 0) {
      for (int i = 0; i < count; i++) {
        Objects.checkIndex(ids[i], rows);
      }
    }
  }

  private static void call(
      RowQuery query,
      long base,
      MemorySegment ids,
      int count,
      MemorySegment scores,
      long at,
      long hint) {
    try {
      SCORE.invokeExact(query.memory.address(), base, ids, count, scores, at, hint);
    } catch (Throwable e) {
      throw new AssertionError("the native kernel failed", e);
    } finally {
      Reference.reachabilityFence(query);
    }
  }
}
