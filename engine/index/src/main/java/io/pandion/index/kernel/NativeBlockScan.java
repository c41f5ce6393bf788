package io.pandion.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Objects;

/// The twin in C, called as [NativeKernel] calls. Blocks in the heap, which only tests have, go to
/// the Vector API.
final class NativeBlockScan implements BlockScan {
  private static final MethodHandle SCAN =
      Objects.requireNonNull(NativeLibrary.loaded().library()).scan();

  private final BlockScan heap = new LaneBlockScan();

  @Override
  public int scan(
      ScanTable table,
      MemorySegment blocks,
      long at,
      int rows,
      boolean trailers,
      float add,
      float above,
      ScanHits hits) {
    if (!blocks.isNative()) {
      return heap.scan(table, blocks, at, rows, trailers, add, above, hits);
    }
    Objects.checkFromToIndex(0, rows, hits.capacity());
    long bytes = (long) ((rows + ROWS - 1) / ROWS) * BlockScan.blockBytes(table.groups, trailers);
    Objects.checkFromIndexSize(at, bytes, blocks.byteSize());
    try {
      return (int)
          SCAN.invokeExact(
              table.memory.address(),
              blocks.address() + at,
              table.groups,
              rows,
              trailers ? 1 : 0,
              table.scale,
              table.bias,
              add,
              above,
              hits.placesSegment,
              hits.scoresSegment);
    } catch (Throwable e) {
      throw new AssertionError("the native kernel failed", e);
    } finally {
      Reference.reachabilityFence(table);
      Reference.reachabilityFence(blocks);
    }
  }
}
