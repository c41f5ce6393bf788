package io.pandion.index.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The C kernel from the jar, of this system and processor, loaded once for the life of the
/// process.
///
/// @param score `void pandion_score(query, base, ids, count, scores, hint)`
/// @param range `void pandion_score_range(queries, queryCount, base, count, scores)`
/// @param level `int pandion_kernel_level(limit)`
/// @param scan `int pandion_scan(table, codes, groups, rows, trailers, scale, bias, add, above,
///   places, scores)`
/// @param scanLevel `int pandion_scan_level(limit)`
record NativeLibrary(
    MethodHandle score,
    MethodHandle range,
    MethodHandle level,
    MethodHandle scan,
    MethodHandle scanLevel) {
  /// The limit that lets everything be chosen.
  static final int HIGHEST = 9;

  private static final Loaded LOADED = load();

  /// The library, or why there is none.
  record Loaded(@Nullable NativeLibrary library, String fault) {}

  static Loaded loaded() {
    return LOADED;
  }

  /// `linux-x86_64` … as the build names folders.
  static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return (system.startsWith("mac") ? "darwin" : system)
        + "-"
        + (processor.equals("amd64")
            ? "x86_64"
            : processor.equals("arm64") ? "aarch64" : processor);
  }

  @SuppressWarnings("restricted") // the program is started with --enable-native-access
  private static Loaded load() {
    try (InputStream in =
        NativeLibrary.class.getResourceAsStream("native/" + platform() + "/kernel")) {
      if (in == null) {
        return new Loaded(null, "no native kernel for " + platform() + " in the jar");
      }
      Path file = Files.createTempFile("pandion-kernel", ".so");
      try {
        Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        return new Loaded(link(SymbolLookup.libraryLookup(file, Arena.global())), "");
      } finally {
        Files.delete(file);
      }
    } catch (IOException | IllegalArgumentException | IllegalCallerException e) {
      return new Loaded(null, "the native kernel cannot be loaded: " + e);
    }
  }

  @SuppressWarnings("restricted") // the program is started with --enable-native-access
  private static NativeLibrary link(SymbolLookup symbols) {
    Linker linker = Linker.nativeLinker();
    MethodHandle score =
        linker.downcallHandle(
            symbol(symbols, "pandion_score"),
            FunctionDescriptor.ofVoid(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG),
            Linker.Option.critical(true));
    MethodHandle range =
        linker.downcallHandle(
            symbol(symbols, "pandion_score_range"),
            FunctionDescriptor.ofVoid(
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS),
            Linker.Option.critical(true));
    MethodHandle level =
        linker.downcallHandle(
            symbol(symbols, "pandion_kernel_level"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    MethodHandle scan =
        linker.downcallHandle(
            symbol(symbols, "pandion_scan"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_FLOAT,
                ValueLayout.JAVA_FLOAT,
                ValueLayout.JAVA_FLOAT,
                ValueLayout.JAVA_FLOAT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS),
            Linker.Option.critical(true));
    MethodHandle scanLevel =
        linker.downcallHandle(
            symbol(symbols, "pandion_scan_level"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    return new NativeLibrary(score, range, level, scan, scanLevel);
  }

  private static MemorySegment symbol(SymbolLookup symbols, String name) {
    return symbols
        .find(name)
        .orElseThrow(() -> new IllegalArgumentException("it has no symbol " + name));
  }
}
