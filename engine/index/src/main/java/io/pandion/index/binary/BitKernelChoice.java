package io.pandion.index.binary;

import io.pandion.index.kernel.VectorKernel;

/// Chooses the kernel once, as that of floats was chosen.
final class BitKernelChoice {
  static final BitKernel CHOSEN =
      VectorKernel.chosen().name().equals("scalar") ? new ScalarBitKernel() : new LaneBitKernel();

  private BitKernelChoice() {}
}
