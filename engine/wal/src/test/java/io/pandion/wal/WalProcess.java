package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A process that lives [WalChild], seen from outside. One thread.
final class WalProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final List<Long> acked = new ArrayList<>();
  private String last = "";

  WalProcess(String mainClass, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(mainClass);
    command.addAll(arguments);
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /// Reads so many lines, fewer when it ends.
  void lines(int count) throws IOException {
    for (int i = 0; i < count && line(); i++) {}
  }

  private boolean line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      return false;
    }
    last = line;
    if (line.startsWith("acked ")) {
      long lsn = Long.parseLong(line.substring("acked ".length()));
      assertThat(lsn).isGreaterThan(lastAcked());
      acked.add(lsn);
    }
    return true;
  }

  /// Reads to its end.
  void drain() throws Exception {
    while (line()) {}
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  void kill() {
    process.toHandle().destroyForcibly();
  }

  void pause() throws Exception {
    signal("-STOP");
  }

  void resume() throws Exception {
    signal("-CONT");
  }

  private void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /// The last lsn of each acknowledged batch so far.
  List<Long> acked() {
    return List.copyOf(acked);
  }

  /// 0 when none was.
  long lastAcked() {
    return acked.isEmpty() ? 0 : acked.getLast();
  }

  String lastLine() {
    return last;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
