package io.pandion.server;

import io.pandion.index.kernel.VectorKernel;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Runs a server until a signal or a failure ends it.
@Command(
    name = "standalone",
    description = "Starts a server with all roles in this process.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class StandaloneCommand implements Callable<Integer> {
  private static final long STOP_SECONDS = 60;
  private static final Logger LOG = LoggerFactory.getLogger("io.pandion.Server");
  private static final int STANDARD_PORT = 19530;

  @Option(names = "--config", paramLabel = "FILE", description = "Settings, see pandion.yaml.")
  @Nullable Path config;

  @Option(names = "--data", paramLabel = "DIRECTORY", description = "Sets data.directory.")
  @Nullable String data;

  @Option(names = "--host", paramLabel = "ADDRESS", description = "Sets server.host.")
  @Nullable String host;

  @Option(names = "--port", paramLabel = "PORT", description = "Sets server.port.")
  @Nullable String port;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets any setting; can be repeated.")
  Map<String, String> set = new LinkedHashMap<>();

  @Override
  public Integer call() {
    Settings settings = settings();
    LogSetup.apply(settings.logging());
    CompletableFuture<Integer> end = new CompletableFuture<>();
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(end, closed), "stop"));
    try {
      serve(settings, end);
      tell(settings, "stopped");
      return end.join();
    } catch (RuntimeException | Error e) {
      end.complete(1);
      throw e;
    } finally {
      closed.countDown();
    }
  }

  private static void serve(Settings settings, CompletableFuture<Integer> end) {
    try (StandaloneServer server = new StandaloneServer(settings)) {
      server.failure().thenAccept(e -> fail(e, end));
      int port = server.start();
      ready(settings, port, server.logType());
      end.join();
    }
  }

  private Settings settings() {
    Map<String, String> environment = System.getenv();
    Map<String, String> flags = new LinkedHashMap<>(set);
    put(flags, "data.directory", data == null ? null : Path.of(data).toAbsolutePath().toString());
    put(flags, "server.host", host);
    put(flags, "server.port", port);
    Path file = config;
    String named = environment.get("PANDION_CONFIG");
    if (file == null && named != null) {
      file = Path.of(named);
    }
    Path home = Path.of(environment.getOrDefault("PANDION_HOME", "."));
    return SettingsSource.settings(file, environment, flags, home);
  }

  private static void put(Map<String, String> flags, String key, @Nullable String value) {
    if (value != null) {
      flags.put(key, value);
    }
  }

  private static void fail(Throwable e, CompletableFuture<Integer> end) {
    LOG.error("the write-ahead log failed, the server stops: {}", e.getMessage(), e);
    end.complete(1);
  }

  /// SIGTERM, SIGINT, or the end of `main`: waits until all is closed, but not for ever, since
  /// nothing that was acknowledged needs an orderly end.
  private static void stop(CompletableFuture<Integer> end, CountDownLatch closed) {
    end.complete(0);
    try {
      if (!closed.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.error("calls or tasks did not end within {} s; the server ends now", STOP_SECONDS);
        Runtime.getRuntime().halt(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    System.err.flush();
    // An orderly stop is a success, whatever signal asked for it.
    Runtime.getRuntime().halt(end.join());
  }

  private static void ready(Settings settings, int port, String logType) {
    Duration took =
        ProcessHandle.current()
            .info()
            .startInstant()
            .map(begun -> Duration.between(begun, Instant.now()))
            .orElse(Duration.ZERO);
    String address = settings.network().host() + ":" + port;
    tell(settings, "Pandion " + Main.Version.current() + " on Java " + Runtime.version());
    tell(settings, "  data   " + settings.data());
    tell(
        settings,
        "  log    "
            + (switch (logType) {
              case "object" -> "objects in the bucket";
              case "local" -> "local disk, " + settings.wal().directory();
              default -> logType;
            }));
    tell(settings, "  bucket " + settings.storage().root());
    tell(settings, "  kernel " + VectorKernel.chosen().description());
    tell(settings, "  port   " + address + ", Milvus protocol (gRPC)");
    tell(settings, String.format(Locale.ROOT, "  ready  after %.1f s", took.toMillis() / 1e3));
    tell(
        settings,
        "Pandion is ready on "
            + address
            + ". Next, in another terminal: ./pandion quickstart"
            + (port == STANDARD_PORT ? "" : " --port " + port));
  }

  private static void tell(Settings settings, String line) {
    if (settings.logging().json()) {
      LOG.info("{}", line.strip());
    } else {
      PrintStream out = System.out;
      out.println(line);
      out.flush();
    }
  }
}
