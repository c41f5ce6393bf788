package io.pandion.wal.kafka;

import io.pandion.wal.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/// A real Kafka broker, which is a controller too, in a JVM of its own, on 127.0.0.1. It can be
/// stopped, killed and started again over the same files.
public final class KafkaBroker implements AutoCloseable {
  // ids of 16 bytes in base64
  private static final String CLUSTER = "pandionTestClusterAAAA";
  private static final int HEAP_MIB = 384;
  private static final long PATIENCE_NANOS = 90_000_000_000L;

  private final Path directory;
  private final int node;
  private final int port;
  private final int controllerPort;
  private final String voters;
  private final int replicas;
  private final Map<String, String> secured;
  private @Nullable Process process;

  private KafkaBroker(
      Path directory,
      int node,
      int port,
      int controllerPort,
      String voters,
      int replicas,
      Map<String, String> secured) {
    this.directory = directory;
    this.node = node;
    this.port = port;
    this.controllerPort = controllerPort;
    this.voters = voters;
    this.replicas = replicas;
    this.secured = secured;
  }

  /// A cluster of one.
  public static KafkaBroker start(Path directory) throws IOException {
    return start(directory, 1).getFirst();
  }

  /// A cluster of so many brokers.
  public static List<KafkaBroker> start(Path directory, int count) throws IOException {
    List<Integer> ports = freePorts(2 * count);
    List<String> voters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      voters.add((i + 1) + "@127.0.0.1:" + ports.get(count + i));
    }
    List<KafkaBroker> brokers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      KafkaBroker broker =
          new KafkaBroker(
              directory.resolve("node-" + (i + 1)),
              i + 1,
              ports.get(i),
              ports.get(count + i),
              String.join(",", voters),
              Math.min(count, 3),
              Map.of());
      broker.format();
      broker.launch();
      brokers.add(broker);
    }
    for (KafkaBroker broker : brokers) {
      broker.awaitReady(count);
    }
    return brokers;
  }

  /// A cluster of one that has a second door: with TLS, for users with a password.
  ///
  /// @param securePort where it listens for them
  static KafkaBroker startSecured(
      Path directory, TestCertificate certificate, int securePort, String user, String password)
      throws IOException {
    List<Integer> ports = freePorts(2);
    Map<String, String> secured =
        Map.of(
            "listeners",
            "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d,SECURE://127.0.0.1:%d"
                .formatted(ports.get(0), ports.get(1), securePort),
            "listener.security.protocol.map",
            "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
            "inter.broker.listener.name",
            "PLAINTEXT",
            "sasl.enabled.mechanisms",
            "PLAIN",
            "listener.name.secure.plain.sasl.jaas.config",
            "org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=\"%s\";"
                .formatted(user, password),
            "ssl.keystore.type",
            "PKCS12",
            "ssl.keystore.location",
            certificate.keyStore().toString(),
            "ssl.keystore.password",
            certificate.password());
    KafkaBroker broker =
        new KafkaBroker(
            directory, 1, ports.get(0), ports.get(1), "1@127.0.0.1:" + ports.get(1), 1, secured);
    broker.format();
    broker.launch();
    broker.awaitReady(1);
    return broker;
  }

  /// What a client connects to.
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  private void format() throws IOException {
    Path data = Files.createDirectories(directory.resolve("data"));
    Files.writeString(
        data.resolve("meta.properties"),
        "version=1\ncluster.id=%s\nnode.id=%d\ndirectory.id=%s\n"
            .formatted(CLUSTER, node, "pandionTestDirectory" + node + "A"));
    Map<String, String> settings = new HashMap<>();
    settings.putAll(
        Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", Integer.toString(node)),
            Map.entry("controller.quorum.voters", voters),
            Map.entry("controller.listener.names", "CONTROLLER"),
            Map.entry(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort),
            Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
            Map.entry("log.dirs", data.toString()),
            Map.entry("log.cleaner.dedupe.buffer.size", "2097152"),
            Map.entry("offsets.topic.replication.factor", Integer.toString(replicas)),
            Map.entry("transaction.state.log.replication.factor", Integer.toString(replicas)),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("broker.session.timeout.ms", "4000"),
            Map.entry("broker.heartbeat.interval.ms", "500"),
            Map.entry("controlled.shutdown.enable", "true"),
            Map.entry("group.initial.rebalance.delay.ms", "0")));
    settings.putAll(secured);
    Files.writeString(
        directory.resolve("log4j2.properties"),
        """
        rootLogger.level=WARN
        rootLogger.appenderRefs=out
        rootLogger.appenderRef.out.ref=out
        appender.out.type=Console
        appender.out.name=out
        appender.out.layout.type=PatternLayout
        appender.out.layout.pattern=%d %p %c{1} %m%n
        """);
    Files.writeString(
        directory.resolve("server.properties"),
        settings.entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining("\n")));
  }

  private static String classPath() throws IOException {
    Path file = Path.of(System.getProperty("pandion.kafka.classpath", ""));
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          file + " is missing: Maven writes it with -pl wal-adapters/test-brokers/kafka");
    }
    return Files.readString(file).strip();
  }

  /// Starts it again over its files.
  public void restart() throws IOException {
    launch();
    awaitReady(1);
  }

  private void launch() throws IOException {
    String classPath = classPath();
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MIB + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j2.configurationFile=" + directory.resolve("log4j2.properties"),
                "-cp",
                classPath,
                "kafka.Kafka",
                directory.resolve("server.properties").toString())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("broker.out").toFile()))
            .start();
  }

  private void awaitReady(int brokers) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < deadline && isAlive()) {
      if (accepts() && knows(brokers)) {
        return;
      }
      LockSupport.parkNanos(100_000_000);
    }
    String said = said();
    close();
    throw new IllegalStateException("broker " + node + " does not start:\n" + said);
  }

  private boolean accepts() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private boolean knows(int brokers) {
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers()))) {
      return admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size() >= brokers;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private String said() {
    try {
      return Files.readString(directory.resolve("broker.out"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  public boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /// SIGTERM: it hands over what it leads.
  public void stop() {
    end(false);
  }

  /// SIGKILL.
  public void kill() {
    end(true);
  }

  private void end(boolean force) {
    Process running = process;
    if (running == null) {
      return;
    }
    if (force) {
      running.destroyForcibly();
    } else {
      running.destroy();
    }
    try {
      if (!running.waitFor(60, TimeUnit.SECONDS)) {
        running.destroyForcibly();
      }
    } catch (InterruptedException e) {
      running.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }

  static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }
}
