package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Runs programs of others against a server and returns what they print.
final class Programs {
  private static final Path EXAMPLES = Path.of("..", "..", "examples").toAbsolutePath().normalize();

  private Programs() {}

  /// The main class on the class path of the tests, in a JVM of its own.
  static String java(Class<?> main, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    ServerProcess.classPath(),
                    main.getName()),
                Stream.of(arguments))
            .toList();
    return run(command, new File("target"), "java-" + main.getSimpleName(), 2);
  }

  /// A script of `examples/node`, with the client that its package.json pins, installed below
  /// `target`. Without Node.js the test is skipped, but never where `CI` is set.
  static String node(String script, String... arguments) throws IOException, InterruptedException {
    Path home = Path.of("target", "node").toAbsolutePath();
    Files.createDirectories(home);
    for (String file : List.of("package.json", "conformance.js", "model.js", "quickstart.js")) {
      Files.copy(
          EXAMPLES.resolve("node").resolve(file),
          home.resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    requireNode();
    if (!Files.isDirectory(home.resolve("node_modules/@zilliz/milvus2-sdk-node"))) {
      run(
          List.of("npm", "install", "--no-package-lock", "--no-audit", "--no-fund"),
          home.toFile(),
          "npm-install",
          5);
    }
    List<String> command = Stream.concat(Stream.of("node", script), Stream.of(arguments)).toList();
    return run(command, home.toFile(), script, 5);
  }

  private static void requireNode() throws InterruptedException {
    for (String program : List.of("node", "npm")) {
      try {
        new ProcessBuilder(program, "--version")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      } catch (IOException e) {
        String message = program + " is not installed: the tests of the Node.js client do not run";
        if (System.getenv("CI") != null) {
          throw new AssertionError(message + ", but CI needs them", e);
        }
        System.out.println(message);
        Assumptions.abort(message);
      }
    }
  }

  private static String run(List<String> command, File directory, String name, int minutes)
      throws IOException, InterruptedException {
    Path output = Path.of("target", "servers", name + ".out").toAbsolutePath();
    Files.createDirectories(output.getParent());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("WORDS", EXAMPLES.resolve("data/words.json").toString());
    Process process = builder.start();
    if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(command + " does not end:\n" + Files.readString(output));
    }
    String printed = Files.readString(output);
    assertThat(process.exitValue()).as("exit status of %s:%n%s", command, printed).isZero();
    return printed;
  }
}
