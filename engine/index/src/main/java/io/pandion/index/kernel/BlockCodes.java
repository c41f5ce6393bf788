package io.pandion.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Single codes of blocks, as [BlockScan] lays them out.
public final class BlockCodes {
  private BlockCodes() {}

  private static long at(long block, int row, int code) {
    return block + 64L * (code / 4) + 4L * (row & 15) + (code & 3);
  }

  /// Sets a code of a row of a block.
  ///
  /// @param block where the block starts
  /// @param value 0 to 15
  public static void put(MemorySegment blocks, long block, int row, int code, int value) {
    long at = at(block, row, code);
    int both = blocks.get(ValueLayout.JAVA_BYTE, at);
    int set = row < 16 ? (both & 0xf0) | value : (both & 0x0f) | value << 4;
    blocks.set(ValueLayout.JAVA_BYTE, at, (byte) set);
  }

  /// A code of a row of a block.
  public static int get(MemorySegment blocks, long block, int row, int code) {
    int both = blocks.get(ValueLayout.JAVA_BYTE, at(block, row, code));
    return row < 16 ? both & 15 : both >> 4 & 15;
  }
}
