package io.pandion.server;

import io.pandion.meta.MetaStore;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.RetryingObjectStore;
import io.pandion.storage.s3.S3ObjectStore;
import io.pandion.storage.s3.S3Settings;
import io.pandion.wal.WalProvider;
import io.pandion.wal.WalProviders;
import io.pandion.wal.kafka.KafkaWalProvider;
import io.pandion.wal.kafka.KafkaWalSettings;
import io.pandion.wal.local.LocalWalProvider;
import io.pandion.wal.local.LocalWalSettings;
import io.pandion.wal.objectstore.ObjectWalProvider;
import io.pandion.wal.objectstore.ObjectWalSettings;
import io.pandion.wal.pulsar.PulsarWalProvider;
import io.pandion.wal.pulsar.PulsarWalSettings;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// Makes what the server stands on, as the settings say: the bucket and the logs.
final class Backends {
  private static final Duration S3_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration S3_PATIENCE = Duration.ofSeconds(10);
  private static final Duration MOST_WINDOW = Duration.ofMillis(250);

  private final Settings settings;

  Backends(Settings settings) {
    this.settings = settings;
  }

  ObjectStore bucket() {
    Settings.Storage storage = settings.storage();
    if (!storage.remote()) {
      return new FileObjectStore(Path.of(storage.root()));
    }
    String path = storage.root().getPath();
    return new S3ObjectStore(
        new S3Settings(
            storage.root().getAuthority(),
            path.startsWith("/") ? path.substring(1) : path,
            storage.endpoint().isEmpty()
                ? Optional.empty()
                : Optional.of(URI.create(storage.endpoint())),
            storage.region(),
            storage.accessKey().isEmpty()
                ? Optional.empty()
                : Optional.of(new S3Settings.Keys(storage.accessKey(), storage.secretKey())),
            storage.pathStyle(),
            S3_TIMEOUT,
            settings.dataNode().directory()));
  }

  /// The bucket for all but a log of objects in it: requests that fail for a moment are repeated.
  ObjectStore patient(ObjectStore bucket) {
    return settings.storage().remote()
        ? new RetryingObjectStore(bucket, S3_PATIENCE, LockSupport::parkNanos)
        : bucket;
  }

  /// @param bucket where a log of objects lies
  /// @param meta where it keeps who owns what
  /// @param node name of this process
  /// @return every kind of log, by the names of `wal.type`; one without settings is INVALID_REQUEST
  ///   when it is asked for
  WalProviders logs(ObjectStore bucket, MetaStore meta, String node) {
    return new WalProviders(
        Map.of(
            "local", this::local,
            "object", () -> objects(bucket, meta, node),
            "kafka", this::kafka,
            "pulsar", this::pulsar));
  }

  private WalProvider local() {
    Settings.Log log = settings.wal();
    return new LocalWalProvider(
        log.directory(),
        new LocalWalSettings(log.segmentBytes(), log.groupBytes(), log.preallocateBytes()));
  }

  private WalProvider objects(ObjectStore bucket, MetaStore meta, String node) {
    Duration window = settings.wal().window();
    return new ObjectWalProvider(
        bucket,
        meta,
        ObjectWalSettings.defaults()
            .withWindow(window, window.compareTo(MOST_WINDOW) > 0 ? window : MOST_WINDOW)
            .withCommit(
                ObjectWalSettings.Commit.valueOf(settings.wal().commit().toUpperCase(Locale.ROOT))),
        node,
        System::nanoTime,
        new SecureRandom());
  }

  private WalProvider kafka() {
    Map<String, String> own = below("wal.kafka.");
    String prefix = String.valueOf(own.remove("topicPrefix"));
    int replicas = Integer.parseInt(String.valueOf(own.remove("replicationFactor")));
    return new KafkaWalProvider(new KafkaWalSettings(prefix, replicas, own), System::nanoTime);
  }

  private WalProvider pulsar() {
    Map<String, String> own = below("wal.pulsar.");
    String prefix = String.valueOf(own.remove("topicPrefix"));
    return new PulsarWalProvider(new PulsarWalSettings(prefix, own), System::nanoTime);
  }

  /// Settings with their names below a heading.
  private Map<String, String> below(String heading) {
    Map<String, String> out = new HashMap<>();
    settings
        .wal()
        .brokers()
        .forEach(
            (key, value) -> {
              if (key.startsWith(heading)) {
                out.put(key.substring(heading.length()), String.valueOf(value));
              }
            });
    return out;
  }
}
