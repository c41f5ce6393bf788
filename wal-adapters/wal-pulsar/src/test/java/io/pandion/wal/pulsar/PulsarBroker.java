package io.pandion.wal.pulsar;

import io.pandion.wal.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.jspecify.annotations.Nullable;

/// A real Pulsar standalone server (broker, bookie, metadata in RocksDB) in a JVM of its own, on
/// 127.0.0.1. It can be killed and started again over the same files.
public final class PulsarBroker implements AutoCloseable {
  private static final long PATIENCE_NANOS = 120_000_000_000L;
  private static @Nullable PulsarBroker shared;

  private final Path directory;
  private final int port;

  /// What its settings have more.
  private final String secured;

  /// What a client needs to know beside the address.
  private final Map<String, Object> clientSettings;

  private @Nullable Process process;

  private PulsarBroker(Path directory, int port) {
    this(directory, port, "", Map.of());
  }

  private PulsarBroker(Path directory, int port, String secured, Map<String, Object> client) {
    this.directory = directory;
    this.port = port;
    this.secured = secured;
    this.clientSettings = client;
  }

  /// One server for all test classes of a run.
  public static synchronized PulsarBroker shared() {
    PulsarBroker started = shared;
    if (started == null) {
      try {
        Path directory = Files.createTempDirectory("pulsar-broker");
        started = new PulsarBroker(directory, freePort());
        shared = started;
        started.configure();
        PulsarBroker ends = started;
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      ends.kill();
                      remove(directory);
                    }));
        started.start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return started;
  }

  /// A server over the files of an empty directory.
  public static PulsarBroker start(Path directory) throws IOException {
    PulsarBroker broker = new PulsarBroker(Files.createDirectories(directory), freePort());
    // a test run that is ended from outside leaves no server behind
    Runtime.getRuntime().addShutdownHook(new Thread(broker::kill));
    broker.configure();
    broker.start();
    return broker;
  }

  /// One that wants a token, and listens with TLS, too.
  ///
  /// @param tlsPort where
  /// @param tokenKey signs the tokens, with HMAC-SHA256
  /// @param token of its administrator
  static PulsarBroker startSecured(
      Path directory, TestCertificate certificate, int tlsPort, Path tokenKey, String token)
      throws IOException {
    String secured =
        """
        brokerServicePortTls=%d
        tlsCertificateFilePath=%s
        tlsKeyFilePath=%s
        authenticationEnabled=true
        authorizationEnabled=true
        superUserRoles=admin
        authenticationProviders=org.apache.pulsar.broker.authentication.AuthenticationProviderToken
        tokenSecretKey=file://%s
        brokerClientAuthenticationPlugin=org.apache.pulsar.client.impl.auth.AuthenticationToken
        brokerClientAuthenticationParameters=token:%s
        """
            .formatted(tlsPort, certificate.certificate(), certificate.key(), tokenKey, token);
    Map<String, Object> client =
        Map.of(
            "authPluginClassName",
            "org.apache.pulsar.client.impl.auth.AuthenticationToken",
            "authParams",
            "token:" + token);
    PulsarBroker broker =
        new PulsarBroker(Files.createDirectories(directory), freePort(), secured, client);
    Runtime.getRuntime().addShutdownHook(new Thread(broker::kill));
    broker.configure();
    broker.start();
    return broker;
  }

  @Override
  public void close() {
    kill();
  }

  /// What a client connects to.
  public String serviceUrl() {
    return "pulsar://127.0.0.1:" + port;
  }

  private void configure() throws IOException {
    Files.writeString(
        directory.resolve("standalone.conf"),
        """
        brokerServicePort=%d
        webServicePort=%d
        httpServerEnabled=false
        bindAddress=127.0.0.1
        advertisedAddress=127.0.0.1
        clusterName=standalone
        allowLoopback=true
        diskUsageThreshold=0.99
        diskUsageWarnThreshold=0.98
        diskUsageLwmThreshold=0.97
        managedLedgerDefaultEnsembleSize=1
        managedLedgerDefaultWriteQuorum=1
        managedLedgerDefaultAckQuorum=1
        managedLedgerCacheSizeMB=32
        ledgerStorageClass=org.apache.bookkeeper.bookie.storage.ldb.DbLedgerStorage
        dbStorage_writeCacheMaxSizeMb=16
        dbStorage_readAheadCacheMaxSizeMb=16
        dbStorage_rocksDB_blockCacheSize=4194304
        loadBalancerEnabled=false
        systemTopicEnabled=false
        topicLevelPoliciesEnabled=false
        """
                .formatted(port, freePort())
            + secured);
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
  }

  private static String classPath() throws IOException {
    Path file = Path.of(System.getProperty("pandion.pulsar.classpath", ""));
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          file + " is missing: Maven writes it with -pl wal-adapters/test-brokers/pulsar");
    }
    return Files.readString(file).strip();
  }

  /// Starts it, again over its files.
  public void start() throws IOException {
    String classPath = classPath();
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:MaxDirectMemorySize=384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "--add-opens=java.base/jdk.internal.platform=ALL-UNNAMED",
                "--add-opens=java.management/sun.management=ALL-UNNAMED",
                "-Dio.netty.tryReflectionSetAccessible=true",
                "-Dlog4j2.configurationFile=" + directory.resolve("log4j2.properties"),
                "-cp",
                classPath,
                "org.apache.pulsar.PulsarStandaloneStarter",
                "--config",
                directory.resolve("standalone.conf").toString(),
                "--metadata-dir",
                directory.resolve("meta").toString(),
                "--bookkeeper-dir",
                directory.resolve("bookie").toString(),
                "--bookkeeper-port",
                "0",
                "--no-functions-worker",
                "--no-stream-storage",
                "--advertised-address",
                "127.0.0.1")
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("broker.out").toFile()))
            .start();
    awaitReady();
  }

  private void awaitReady() throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < deadline && isAlive()) {
      if (takesMessages()) {
        return;
      }
      LockSupport.parkNanos(200_000_000);
    }
    kill();
    throw new IllegalStateException(
        "Pulsar does not start:\n" + Files.readString(directory.resolve("broker.out")));
  }

  private boolean takesMessages() {
    try (PulsarClient client =
            PulsarClient.builder()
                .loadConf(clientSettings)
                .serviceUrl(serviceUrl())
                .operationTimeout(3, TimeUnit.SECONDS)
                .build();
        var producer =
            client.newProducer(Schema.BYTES).topic("persistent://public/default/ready").create()) {
      producer.send(new byte[1]);
      return true;
    } catch (PulsarClientException e) {
      return false;
    }
  }

  private boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /// SIGKILL.
  public void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      try {
        running.waitFor(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static PulsarWalSettings settings(String prefix) {
    return new PulsarWalSettings(
        "persistent://public/default/" + prefix, Map.of("serviceUrl", shared().serviceUrl()));
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void remove(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
