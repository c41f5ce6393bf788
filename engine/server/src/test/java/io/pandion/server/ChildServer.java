package io.pandion.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The program in a process of its own, on this test's class path. One thread.
final class ChildServer implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile("Pandion is ready on 127\\.0\\.0\\.1:(\\d+)\\..*");
  private static final int PATIENCE_SECONDS = 120;

  private final Process process;
  private final BufferedReader output;
  private final List<String> lines = new ArrayList<>();

  ChildServer(String... arguments) throws IOException {
    this(List.of(), arguments);
  }

  /// @param before command that starts the program, such as a shell that sets limits
  private ChildServer(List<String> before, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            "io.pandion.server.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PANDION_"));
    process = builder.start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /// A server that can write no file longer than some MiB: to it the disk is full.
  static ChildServer withLargestFile(int mebibytes, Path data) throws IOException {
    return new ChildServer(
        List.of("sh", "-c", "ulimit -f " + mebibytes * 2048 + "; exec \"$@\"", "sh"),
        "standalone",
        "--data",
        data.toString(),
        "--port",
        "0");
  }

  static ChildServer standalone(Path data, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("standalone", "--data", data.toString(), "--port", "0"));
    arguments.addAll(List.of(more));
    return new ChildServer(arguments.toArray(String[]::new));
  }

  /// Reads up to the ready line.
  ///
  /// @return the port
  int awaitReady() {
    for (String line = next(); line != null; line = next()) {
      Matcher matcher = READY.matcher(line);
      if (matcher.matches()) {
        return Integer.parseInt(matcher.group(1));
      }
    }
    throw new AssertionError("the server ended before it was ready:\n" + text());
  }

  private @org.jspecify.annotations.Nullable String next() {
    try {
      String line = output.readLine();
      // What the launcher leaves out, too.
      if (line != null && !line.startsWith("WARNING: Using incubator modules")) {
        lines.add(line);
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// SIGTERM.
  void terminate() {
    // Not Process.destroy(), which closes what there is to read.
    process.toHandle().destroy();
  }

  /// SIGKILL.
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /// Reads to the end.
  ///
  /// @return the exit code
  int awaitExit() throws InterruptedException {
    while (next() != null) {}
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the server does not end:\n" + text());
    }
    return process.exitValue();
  }

  long pid() {
    return process.pid();
  }

  String text() {
    return String.join("\n", lines);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
