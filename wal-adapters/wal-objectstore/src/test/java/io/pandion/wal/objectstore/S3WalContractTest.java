package io.pandion.wal.objectstore;

import io.pandion.meta.FileMetaStore;
import io.pandion.storage.s3.S3ObjectStore;
import io.pandion.storage.s3.S3Server;
import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// The contract on a real server of the S3 protocol.
final class S3WalContractTest extends WalContract {
  private static final AtomicInteger PREFIXES = new AtomicInteger();
  @TempDir private static Path directory;
  private static S3Server server;
  private final FileMetaStore meta = FileMetaStore.inMemory();
  private final String prefix = "p" + PREFIXES.incrementAndGet();

  @BeforeAll
  static void start() throws IOException {
    server = new S3Server(directory);
    server.bucket("wal");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  protected WalProvider create() {
    return Providers.fast(new S3ObjectStore(server.settings("wal", prefix)), meta);
  }

  @Override
  protected WalProvider another(WalProvider first) {
    return create();
  }

  @Override
  protected WalProvider restart(WalProvider provider) {
    provider.close();
    return create();
  }
}
