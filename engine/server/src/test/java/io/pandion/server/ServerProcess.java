package io.pandion.server;

import io.milvus.v2.client.ConnectConfig;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.client.RetryConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A standalone server in a JVM of its own, on 127.0.0.1, over one data directory.
///
/// It keeps its port over restarts, so that clients reconnect. Its output goes to
/// `target/servers/{name}.log`, one line more at each start. Used by one thread, except [#kill],
/// which any thread may call. [#close] kills.
final class ServerProcess implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Pattern READY = Pattern.compile("ready on 127\\.0\\.0\\.1:(\\d+)\\D");

  /// Small segments: sealing, flushing, compaction and loading go on all the time.
  static final Map<String, String> SMALL_SEGMENTS =
      Map.of(
          "streaming.segmentMaxRows", "200",
          "streaming.segmentMaxAge", "2s",
          "streaming.deleteBufferRows", "50",
          "streaming.deleteMaxAge", "2s",
          "coordinator.deltaLimit", "3",
          "coordinator.mergeWidth", "3");

  private final String name;
  private final Path data;
  private final Map<String, String> settings;
  private final Path log;
  private volatile @Nullable Process process;
  private List<String> main = List.of("io.pandion.server.Main");
  private int port;

  private ServerProcess(String name, Path data, Map<String, String> settings) throws IOException {
    this.name = name;
    this.data = data;
    this.settings = Map.copyOf(settings);
    this.log = Path.of("target", "servers", name + ".log").toAbsolutePath();
    Files.createDirectories(log.getParent());
    Files.deleteIfExists(log);
    // a test run that is ended from outside leaves no server behind
    Runtime.getRuntime().addShutdownHook(new Thread(this::kill, "kill " + name));
  }

  /// A running server with the default settings.
  static ServerProcess start(String name, Path data) throws IOException {
    return start(name, data, Map.of());
  }

  /// @param name of its log file
  /// @param settings lines of its configuration file
  static ServerProcess start(String name, Path data, Map<String, String> settings)
      throws IOException {
    ServerProcess server = new ServerProcess(name, data, settings);
    server.port = freePort();
    server.restart();
    return server;
  }

  /// Lets what is started from now on die, as by SIGKILL, the moment it logs a text.
  ///
  /// @param times how often it must have logged it
  void diesAt(String text, int times) {
    main =
        List.of(
            "-D" + HaltingServer.TEXT + "=" + text,
            "-D" + HaltingServer.TIMES + "=" + times,
            HaltingServer.class.getName());
  }

  /// Lets what is started from now on live.
  void lives() {
    main = List.of("io.pandion.server.Main");
  }

  /// Whether it is dead, or dies soon.
  boolean isDead(Duration within) {
    Process running = process;
    return running == null || awaitEnd(running, within);
  }

  /// What it has said since it was started for the first time.
  String said() throws IOException {
    return said(0);
  }

  int port() {
    return port;
  }

  String uri() {
    return "http://127.0.0.1:" + port;
  }

  /// A client of this server. It tries a failed call a few times, as it would anywhere.
  MilvusClientV2 client() {
    return client("default");
  }

  MilvusClientV2 client(String database) {
    return client(database, 10);
  }

  /// A client that sends each request once, so that no write of unknown outcome is repeated.
  MilvusClientV2 clientWithoutRetries() {
    return client("default", 1);
  }

  private MilvusClientV2 client(String database, int tries) {
    MilvusClientV2 client =
        new MilvusClientV2(
            ConnectConfig.builder().uri(uri()).dbName(database).rpcDeadlineMs(120_000).build());
    client.retryConfig(
        RetryConfig.builder().maxRetryTimes(tries).initialBackOffMs(20).maxBackOffMs(500).build());
    return client;
  }

  Path data() {
    return data;
  }

  /// Folder of the bucket's objects.
  Path bucket() {
    return data.resolve("bucket");
  }

  boolean alive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /// Starts the process that was killed or terminated, over the same data; returns when it says
  /// that it is ready.
  void restart() throws IOException {
    awaitReady(launch());
  }

  /// Starts the process and does not wait.
  ///
  /// @return position in the log from which it speaks
  long launch() throws IOException {
    if (alive()) {
      throw new IllegalStateException("server " + name + " runs already");
    }
    long from = mark();
    process =
        new ProcessBuilder(command())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return from;
  }

  /// Dies at once, as by SIGKILL; returns when it is dead.
  void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      awaitEnd(running, Duration.ofSeconds(30));
    }
  }

  /// Memory that the process has in use, as the system says.
  String memory() throws IOException {
    Process running = process;
    if (running == null) {
      return "none";
    }
    try (Stream<String> lines = Files.lines(Path.of("/proc", running.pid() + "", "status"))) {
      return lines.filter(l -> l.startsWith("VmRSS")).findFirst().orElse("none");
    }
  }

  /// Removes what the dead server's meta store has written.
  void loseMetaStore() throws IOException {
    if (alive()) {
      throw new IllegalStateException("server " + name + " runs");
    }
    Path meta = data.resolve("meta");
    try (Stream<Path> files = Files.list(meta)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  /// Asks it to stop, as by SIGTERM; returns its exit status.
  int terminate() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("server " + name + " does not run");
    }
    running.destroy();
    if (!awaitEnd(running, Duration.ofSeconds(60))) {
      running.destroyForcibly();
      throw new IllegalStateException("server " + name + " does not stop; see " + log);
    }
    return running.exitValue();
  }

  @Override
  public void close() {
    kill();
  }

  private List<String> command() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xmx768m",
            "-cp",
            classPath()));
    command.addAll(main);
    command.addAll(List.of("standalone", "--port", Integer.toString(port)));
    command.addAll(List.of("--data", data.toString()));
    Optional<Path> config = config();
    if (config.isPresent()) {
      command.addAll(List.of("--config", config.get().toString()));
    }
    return command;
  }

  /// What the tests run on; surefire may hide it behind a jar of its own.
  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private Optional<Path> config() throws IOException {
    if (settings.isEmpty()) {
      return Optional.empty();
    }
    StringBuilder lines = new StringBuilder();
    settings.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> lines.append(e.getKey()).append(": ").append(e.getValue()).append('\n'));
    Path file = log.resolveSibling(name + ".yaml");
    Files.writeString(file, lines);
    return Optional.of(file);
  }

  /// Marks the start in the log; what the new process says comes after the returned position.
  private long mark() throws IOException {
    Files.writeString(log, "---- start\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return Files.size(log);
  }

  private void awaitReady(long from) throws IOException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (System.nanoTime() < deadline) {
      String said = said(from);
      Matcher ready = READY.matcher(said);
      if (ready.find()) {
        port = Integer.parseInt(ready.group(1));
        return;
      }
      Process running = process;
      if (running == null || awaitEnd(running, Duration.ofMillis(10))) {
        throw new IllegalStateException("server " + name + " died at its start:\n" + said(from));
      }
    }
    kill();
    throw new IllegalStateException("server " + name + " is not ready in time:\n" + said(from));
  }

  private String said(long from) throws IOException {
    byte[] all = Files.readAllBytes(log);
    int start = (int) Math.min(from, all.length);
    return new String(all, start, all.length - start, StandardCharsets.UTF_8);
  }

  private static boolean awaitEnd(Process process, Duration most) {
    try {
      return process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a server stops", e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on 127.0.0.1", e);
    }
  }
}
