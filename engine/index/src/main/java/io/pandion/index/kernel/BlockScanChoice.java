package io.pandion.index.kernel;

/// Chooses the scan that goes with the kernel, once.
final class BlockScanChoice {
  static final BlockScan CHOSEN = choose(VectorKernel.chosen().name());

  private BlockScanChoice() {}

  static BlockScan choose(String kernel) {
    return switch (kernel) {
      case "native" -> nativeScan(NativeLibrary.HIGHEST);
      case "vector" -> new LaneBlockScan();
      default -> new ScalarBlockScan();
    };
  }

  /// The native scan; where the processor has no instructions for it, that of the Vector API, which
  /// is faster than plain C, unless the limit asks for that.
  static BlockScan nativeScan(int limit) {
    NativeLibrary library = NativeLibrary.loaded().library();
    if (library == null) {
      return new LaneBlockScan();
    }
    try {
      int level = (int) library.scanLevel().invokeExact(limit);
      return level > 0 || limit == 0 ? new NativeBlockScan() : new LaneBlockScan();
    } catch (Throwable e) {
      throw new AssertionError("the native kernel failed", e);
    }
  }
}
