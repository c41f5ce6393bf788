package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.meta.FileMetaStore;
import io.pandion.model.PandionException;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.ObjectStoreContract;
import io.pandion.storage.s3.FaultyS3;
import io.pandion.storage.s3.S3ObjectStore;
import io.pandion.storage.s3.S3Server;
import io.pandion.storage.s3.S3Settings;
import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contracts on a real server of the S3 protocol that does not look at the condition of a
/// create, with objects that the meta store names.
final class UnconditionalS3Test {
  private static final AtomicInteger PREFIXES = new AtomicInteger();
  @TempDir private static Path directory;
  private static S3Server server;
  private static FaultyS3 overwriting;

  @BeforeAll
  static void start() throws IOException {
    server = S3Server.unsigned(directory);
    server.bucket("wal");
    overwriting = new FaultyS3(server.endpoint(), 1);
    overwriting.overlookConditions();
  }

  @AfterAll
  static void stop() {
    overwriting.close();
    server.close();
  }

  private static S3ObjectStore bucket(String prefix) {
    return new S3ObjectStore(
        new S3Settings(
            "wal",
            prefix,
            Optional.of(overwriting.endpoint()),
            "us-east-1",
            Optional.of(S3Server.KEYS),
            true,
            Duration.ofSeconds(20),
            directory.resolve("buffer")));
  }

  private static String prefix() {
    return "p" + PREFIXES.incrementAndGet();
  }

  @Test
  void it_overwrites_and_is_refused_without_names() {
    ObjectStore bucket = bucket(prefix());
    assertThat(bucket.putIfAbsent("twice", new byte[] {1})).isTrue();
    assertThat(bucket.putIfAbsent("twice", new byte[] {2})).isTrue();
    assertThat(bucket.readAll("twice")).containsExactly(2);
    try (ObjectWalProvider provider = Providers.fast(bucket, FileMetaStore.inMemory())) {
      assertThatThrownBy(() -> provider.open("c", 1))
          .hasMessageContaining("wal.commit: meta")
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.UNSUPPORTED));
    }
  }

  @Nested
  final class Objects extends ObjectStoreContract {
    private final ObjectStore store =
        new MetaNamedObjects(bucket(prefix()), FileMetaStore.inMemory(), 1, _ -> true);

    @Override
    protected ObjectStore store() {
      return store;
    }
  }

  @Nested
  final class Log extends WalContract {
    private final FileMetaStore meta = FileMetaStore.inMemory();
    private final String prefix = prefix();

    @Override
    protected WalProvider create() {
      return Providers.named(bucket(prefix), meta);
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
}
