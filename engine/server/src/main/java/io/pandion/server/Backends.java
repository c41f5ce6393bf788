package io.pandion.server;

import io.pandion.meta.MetaStore;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.RetryingObjectStore;
import io.pandion.storage.s3.S3ObjectStore;
import io.pandion.storage.s3.S3Settings;
import io.pandion.wal.WalProvider;
import io.pandion.wal.objectstore.ObjectWalProvider;
import io.pandion.wal.objectstore.ObjectWalSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// Chooses what the server stands on: the bucket and the log that the settings name.
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
  WalProvider log(ObjectStore bucket, MetaStore meta, String node) throws IOException {
    Settings.Log log = settings.wal();
    if (log.type().equals("object")) {
      Duration most = log.window().compareTo(MOST_WINDOW) > 0 ? log.window() : MOST_WINDOW;
      return new ObjectWalProvider(
          bucket,
          meta,
          ObjectWalSettings.defaults().withWindow(log.window(), most),
          node,
          System::nanoTime,
          new SecureRandom());
    }
    if (log.type().equals("local")) {
      Files.createDirectories(log.directory());
    }
    return ChosenLog.of(log);
  }
}
