package io.pandion.index;

import io.pandion.model.PandionException;
import org.jspecify.annotations.Nullable;

/// Chooses the kernel once, when the first index is used.
final class KernelChoice {
  static final VectorKernel CHOSEN = choose(System.getProperty("pandion.kernel"));

  private KernelChoice() {}

  static VectorKernel choose(@Nullable String wanted) {
    if (wanted == null) {
      return wide() ? new LaneKernel() : new ScalarKernel();
    }
    return switch (wanted) {
      case "scalar" -> new ScalarKernel();
      case "vector" -> new LaneKernel();
      default ->
          throw PandionException.invalid(
              "system property pandion.kernel is '" + wanted + "'; use scalar or vector");
    };
  }

  private static boolean wide() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        && LaneKernel.lanes() >= 4;
  }
}
