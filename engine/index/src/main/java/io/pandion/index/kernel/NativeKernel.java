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

  private static final MethodHandle SCORE = library().score();
  private static final MethodHandle RANGE = library().range();

  private final VectorKernel heap = KernelChoice.inJava("rows in the heap");
  private final int level;

  NativeKernel(NativeLibrary library, int limit) {
    try {
      level = (int) library.level().invokeExact(limit);
    } catch (Throwable e) {
      throw new AssertionError("the native kernel failed", e);
    }
  }

  private static NativeLibrary library() {
    return Objects.requireNonNull(NativeLibrary.loaded().library());
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
      call(query, data.address(), batch, count);
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
    if (queryCount == 0) {
      return;
    }
    long[] addresses = batch.queries(queryCount);
    for (int q = 0; q < queryCount; q++) {
      addresses[q] = queries[q].memory.address();
    }
    try {
      long base = data.address() + (long) from * rows.stride();
      RANGE.invokeExact(batch.queriesSegment(), queryCount, base, count, batch.scoresSegment);
    } catch (Throwable e) {
      throw new AssertionError("the native kernel failed", e);
    } finally {
      Reference.reachabilityFence(data);
      Reference.reachabilityFence(queries);
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

  private static void call(RowQuery query, long base, ScoreBatch batch, int count) {
    try {
      SCORE.invokeExact(
          query.memory.address(), base, batch.idsSegment, count, batch.scoresSegment, batch.hint());
    } catch (Throwable e) {
      throw new AssertionError("the native kernel failed", e);
    } finally {
      Reference.reachabilityFence(query);
    }
  }
}
