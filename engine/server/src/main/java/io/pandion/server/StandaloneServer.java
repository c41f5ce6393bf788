package io.pandion.server;

import io.pandion.cluster.SearchTimes;
import io.pandion.coordinator.ActiveCoordinator;
import io.pandion.data.FileDataNode;
import io.pandion.meta.FileMetaStore;
import io.pandion.model.PandionException;
import io.pandion.proxy.Proxy;
import io.pandion.proxy.ProxySettings;
import io.pandion.query.MappedQueryNode;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.streaming.LogStreamingNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/// All roles in one process. `start` and `close` from one thread.
///
/// The wiring of the house: clock and chance enter here and nowhere else. What is opened is closed
/// in reverse order: the port first, so that no call arrives any more, then those who plan and
/// write, then what they wrote to.
///
/// ```
/// data/pandion.lock   held while the server runs
/// data/meta/          catalog and terms (FileMetaStore)
/// data/wal/           the log, one folder a pchannel; unless it lies in the bucket
/// data/bucket/        what the database is: Parquet, deltalogs, indexes, manifests; unless it is
///                     elsewhere
/// data/cache/         mapped copies of what is searched; can be removed while the server is down
/// data/work/          files on their way to the bucket; the same
/// ```
public final class StandaloneServer implements AutoCloseable {
  private static final String NODE = "standalone";

  private final Settings settings;
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final Opened opened = new Opened();
  private String logType = "";

  public StandaloneServer(Settings settings) {
    this.settings = settings;
  }

  /// Opens everything and listens.
  ///
  /// @return the port
  /// @throws PandionException when the data directory or the port is taken, or stored bytes are
  ///   damaged; nothing stays open then
  public int start() {
    try {
      return open();
    } catch (IOException e) {
      close();
      throw new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.NONE,
          "the server cannot start: " + e,
          e);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private int open() throws IOException {
    LongSupplier clock = System::currentTimeMillis;
    opened.add("data directory", DataLock.take(settings.data()));
    requireFree(settings.network());
    for (Path directory :
        List.of(
            settings.meta(), settings.queryNode().directory(), settings.dataNode().directory())) {
      Files.createDirectories(directory);
    }
    var meta = opened.add("meta store", FileMetaStore.open(settings.meta().resolve("meta.log")));
    var backends = new Backends(settings);
    var raw = opened.add("bucket", backends.bucket());
    var bucket = backends.patient(raw);
    var files = new SegmentFiles(bucket, settings.dataNode().directory(), UUID::randomUUID);
    var manifests = new ManifestStore(bucket);
    var metrics = opened.add("metrics", new Metrics());
    var times = new SearchTimes(metrics.registry());
    var wals = opened.add("logs", backends.logs(raw, meta, NODE));
    var coordinator =
        new ActiveCoordinator(
            meta,
            manifests,
            bucket,
            settings.coordinator(),
            settings.wal().type(),
            clock,
            UUID::randomUUID);
    var queryNode =
        opened.add(
            "query node",
            new MappedQueryNode(
                NODE,
                files,
                manifests,
                settings.queryNode().directory(),
                settings.queryNode().threads(),
                times));
    var dataNode =
        opened.add(
            "data node",
            new FileDataNode(
                NODE,
                files,
                manifests,
                settings.dataNode().directory(),
                settings.dataNode().threads(),
                new SecureRandom().nextLong()));
    var streamingNode =
        opened.add(
            "streaming node",
            new LogStreamingNode(
                coordinator,
                wals,
                files,
                name -> queryNode,
                settings.streaming(),
                clock,
                times,
                failure::complete));
    opened.add("coordinator", coordinator);
    coordinator.attach(queryNode);
    coordinator.attach(dataNode);
    coordinator.attach(streamingNode);
    coordinator.start();
    logType = coordinator.logType();
    var proxy =
        opened.add(
            "proxy",
            new Proxy(
                coordinator, coordinator::owner, proxySettings(), clock, times, metrics::text));
    try {
      return proxy.start(settings.network().port());
    } catch (RuntimeException e) {
      throw portTaken(settings.network(), e);
    }
  }

  private ProxySettings proxySettings() {
    ProxySettings standard = ProxySettings.defaults();
    Settings.Network network = settings.network();
    return new ProxySettings(
        network.host(), network.maxMessageBytes(), network.idleTimeout(), standard.version());
  }

  /// Tells early, before anything is opened or recovered.
  private static void requireFree(Settings.Network network) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(network.host()), network.port()));
    } catch (IOException e) {
      throw portTaken(network, e);
    }
  }

  private static PandionException portTaken(Settings.Network network, Exception e) {
    return new PandionException(
        PandionException.Reason.UNAVAILABLE_RETRY,
        PandionException.Subject.PARAMETER,
        "cannot listen on "
            + network.host()
            + ":"
            + network.port()
            + " ("
            + e.getMessage()
            + "); is another program using the port? Choose another with --port",
        e);
  }

  /// Kind of log that a started server uses: the one of the settings, unless it was switched.
  String logType() {
    return logType;
  }

  /// Completes when a log fails for good: the server can serve no more and must be closed.
  public CompletionStage<Throwable> failure() {
    return failure.minimalCompletionStage();
  }

  /// Refuses new calls, finishes running ones, closes everything.
  @Override
  public void close() {
    opened.close();
  }
}
