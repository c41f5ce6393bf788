package io.pandion.index.kernel;

import io.pandion.model.PandionException;
import org.jspecify.annotations.Nullable;

/// Chooses the kernel once, when the first index is used.
final class KernelChoice {
  static final VectorKernel CHOSEN = choose(System.getProperty("pandion.kernel"));

  private KernelChoice() {}

  static VectorKernel choose(@Nullable String wanted) {
    if (wanted == null) {
      NativeLibrary.Loaded loaded = NativeLibrary.loaded();
      if (loaded.library() != null) {
        return new NativeKernel(loaded.library(), NativeLibrary.HIGHEST);
      }
      return inJava(loaded.fault());
    }
    return switch (wanted) {
      case "scalar" -> new ScalarKernel();
      case "vector" -> new LaneKernel("as pandion.kernel says");
      case "native" -> nativeKernel(NativeLibrary.HIGHEST);
      default ->
          throw PandionException.invalid(
              "system property pandion.kernel is '"
                  + wanted
                  + "'; use native, vector or scalar, or leave it out");
    };
  }

  /// @param level of the processor's instructions at most
  static VectorKernel nativeKernel(int level) {
    NativeLibrary.Loaded loaded = NativeLibrary.loaded();
    if (loaded.library() == null) {
      throw PandionException.unsupported(
          "the native kernel cannot be loaded: "
              + loaded.fault()
              + "; leave the system property pandion.kernel out");
    }
    return new NativeKernel(loaded.library(), level);
  }

  /// @param reason why no other one is used
  static VectorKernel inJava(String reason) {
    return wideEnough(4) ? new LaneKernel(reason) : new ScalarKernel();
  }

  /// Whether the Vector API is there and its vectors have so many floats.
  static boolean wideEnough(int lanes) {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        && LaneKernel.lanes() >= lanes;
  }
}
