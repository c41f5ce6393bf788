package io.pandion.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/// The program of a measuring process: `build|serve SPEC SET_FOLDER INDEX_FOLDER`.
final class EngineMain {
  private EngineMain() {}

  public static void main(String[] args) throws IOException {
    EngineSpec spec = EngineSpec.of(args[1]);
    DataSet set = DataSet.open(Path.of(args[2]));
    Path folder = Path.of(args[3]);
    Engine engine = spec.engine();
    if (args[0].equals("build")) {
      long start = System.nanoTime();
      engine.build(set, folder);
      double wall = (System.nanoTime() - start) / 1e9;
      System.out.printf("BUILT %.3f %.3f%n", processCpuSeconds(), wall);
      return;
    }
    engine.open(set, folder);
    new EngineLoop(set, engine).serve(System.out);
  }

  /// Of the whole process, its compiler and collector too.
  private static double processCpuSeconds() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime() / 1e9
        : 0;
  }
}
