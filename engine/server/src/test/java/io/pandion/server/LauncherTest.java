package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "..", "pandion").toAbsolutePath().normalize();

  @TempDir Path directory;

  private record Ran(int code, String text) {}

  private static Ran run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PANDION_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), text);
  }

  private static Ran program(String... arguments) throws IOException, InterruptedException {
    try (ChildServer child = new ChildServer(arguments)) {
      int code = child.awaitExit();
      return new Ran(code, child.text());
    }
  }

  /// A copy of the script in a distribution whose Java prints its arguments.
  private Path distribution() throws IOException {
    Path home = Files.createDirectories(directory.resolve("pandion"));
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.createFile(home.resolve("lib/b.jar"));
    Files.createFile(home.resolve("lib/a.jar"));
    Files.createFile(home.resolve("built"));
    return Files.copy(
        SCRIPT, home.resolve("bin/pandion"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
  }

  private Path java(String version) throws IOException {
    Path home = Files.createDirectories(directory.resolve("jdk-" + version));
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nfor a in \"$@\"; do echo \"$a\"; done\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  @Test
  void the_script_is_valid_bash() throws Exception {
    assertThat(run(Map.of(), "bash", "-n", SCRIPT.toString())).isEqualTo(new Ran(0, ""));
  }

  @Test
  void the_script_starts_a_distribution_with_the_java_of_java_home() throws Exception {
    Path script = distribution();
    Ran ran =
        run(
            Map.of("JAVA_HOME", java("25.0.1").toString(), "PANDION_JAVA_OPTS", "-Xmx1g -Dx=y"),
            script.toString(),
            "standalone",
            "--data",
            "with space");
    assertThat(ran.code()).isZero();
    List<String> arguments = new ArrayList<>(ran.text().lines().toList());
    assertThat(arguments)
        .contains("--add-modules=jdk.incubator.vector", "-Xmx1g", "-Dx=y")
        .endsWith("io.pandion.server.Main", "standalone", "--data", "with space");
    assertThat(arguments.get(arguments.indexOf("-cp") + 1))
        .endsWith("a.jar:" + directory.toRealPath().resolve("pandion/lib/b.jar"));
  }

  @Test
  void an_older_java_in_java_home_is_passed_over() throws Exception {
    Path script = distribution();
    Path java25 = java("25.0.1");
    Ran ran =
        run(
            Map.of(
                "JAVA_HOME",
                java("17.0.2").toString(),
                "PATH",
                java25.resolve("bin") + ":" + System.getenv("PATH")),
            script.toString(),
            "--version");
    assertThat(ran.code()).as(ran.text()).isZero();
    assertThat(ran.text()).endsWith("io.pandion.server.Main\n--version\n");
  }

  @Test
  void help_names_the_commands() throws Exception {
    Ran ran = program("--help");
    assertThat(ran.code()).isZero();
    assertThat(ran.text()).contains("standalone", "quickstart", "bench", "wal");
    assertThat(program("standalone", "--help").text()).contains("--config", "--data", "--port");
  }

  @Test
  void an_unknown_setting_or_option_refuses_to_start() throws Exception {
    Ran setting = program("standalone", "--set", "wal.segmentByts=1MiB");
    assertThat(setting.code()).isEqualTo(1);
    assertThat(setting.text())
        .endsWith(
            "pandion: setting 'wal.segmentByts' in the command line is not known; did you mean"
                + " 'wal.segmentBytes'?");
    Ran option = program("standalone", "--prot", "1");
    assertThat(option.code()).isEqualTo(2);
    assertThat(option.text()).contains("--prot", "--port");
  }

  @Test
  void bench_without_a_server_says_so() throws Exception {
    Ran ran = program("bench", "--port", "1", "--file", "x.parquet");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.text()).contains("no server answers on 127.0.0.1:1");
  }
}
