package io.pandion.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/// One engine over one data set in a process of its own, from the side that asks.
final class EngineProcess implements AutoCloseable {
  private final EngineSpec spec;
  private final Process process;
  private final BufferedReader in;
  private final BufferedWriter out;
  private final Built built;
  private final long residentBytes;

  /// What a build cost, kept beside the index.
  record Built(double cpuSeconds, double wallSeconds, long bytes) {}

  private EngineProcess(EngineSpec spec, Built built, List<String> command) throws IOException {
    this.spec = spec;
    this.built = built;
    this.process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    this.in = process.inputReader(StandardCharsets.UTF_8);
    this.out = process.outputWriter(StandardCharsets.UTF_8);
    String ready = in.readLine();
    if (ready == null || !ready.startsWith("READY ")) {
      process.destroy();
      throw new IOException(spec.label() + " did not start: " + ready);
    }
    this.residentBytes = Long.parseLong(ready.substring(6));
  }

  /// Builds the index unless it is there, then starts the process.
  static EngineProcess start(EngineSpec spec, DataSet set, HnswlibDriver driver, int buildThreads)
      throws IOException {
    Path folder = set.folder().resolve("index").resolve(spec.label());
    Files.createDirectories(folder);
    Path figures = folder.resolve("built.properties");
    if (!Files.exists(figures)) {
      System.err.println("building " + spec.label() + " of " + set.name() + " …");
      build(spec, set, driver, buildThreads, folder, figures);
    }
    Properties properties = new Properties();
    try (var in = Files.newInputStream(figures)) {
      properties.load(in);
    }
    Built built =
        new Built(
            Double.parseDouble(properties.getProperty("cpu")),
            Double.parseDouble(properties.getProperty("wall")),
            Memory.bytesBelow(folder));
    return new EngineProcess(spec, built, serve(spec, set, driver, folder));
  }

  private static void build(
      EngineSpec spec, DataSet set, HnswlibDriver driver, int threads, Path folder, Path figures)
      throws IOException {
    List<String> command =
        spec.isHnswlib()
            ? List.of(
                driver.compiled().toString(),
                "build",
                set.folder().toString(),
                folder.resolve("hnswlib.bin").toString(),
                Integer.toString(set.dimension()),
                spec.params().getOrDefault("M", "16"),
                spec.params().getOrDefault("efConstruction", "200"),
                Integer.toString(threads))
            : java(threads, "build", spec, set, folder);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String last = "";
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        last = line;
      }
    }
    if (!last.startsWith("BUILT ")) {
      throw new IOException("the build of " + spec.label() + " failed: " + last);
    }
    String[] words = last.split(" ", -1);
    Files.writeString(figures, "cpu=%s%nwall=%s%n".formatted(words[1], words[2]));
  }

  private static List<String> serve(EngineSpec spec, DataSet set, HnswlibDriver driver, Path folder)
      throws IOException {
    return spec.isHnswlib()
        ? List.of(
            driver.compiled().toString(),
            "serve",
            set.folder().toString(),
            folder.resolve("hnswlib.bin").toString(),
            Integer.toString(set.dimension()))
        : java(1, "serve", spec, set, folder);
  }

  private static List<String> java(
      int threads, String mode, EngineSpec spec, DataSet set, Path folder) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx4g",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:ActiveProcessorCount=" + Math.max(2, threads),
            "-Dpandion.build.threads=" + threads));
    spec.kernel().ifPresent(kernel -> command.add("-Dpandion.kernel=" + kernel));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            EngineMain.class.getName(),
            mode,
            spec.text(),
            set.folder().toString(),
            folder.toString()));
    return command;
  }

  EngineSpec spec() {
    return spec;
  }

  Built built() {
    return built;
  }

  long residentBytes() {
    return residentBytes;
  }

  Measured ask(Ask ask) throws IOException {
    out.write(ask.line());
    out.newLine();
    out.flush();
    String line = in.readLine();
    if (line == null) {
      throw new IOException(spec.label() + " ended at: " + ask.line());
    }
    return Measured.of(line);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
