package io.pandion.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ConditionalCreateProbe;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.ObjectStoreContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class S3ObjectStoreTest extends ObjectStoreContract {
  private static final AtomicInteger PREFIXES = new AtomicInteger();
  @TempDir private static Path directory;
  private static S3Server server;
  private S3ObjectStore store;

  @BeforeAll
  static void start() throws IOException {
    server = new S3Server(directory.resolve("s3"));
    server.bucket("bucket");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void open() {
    store = new S3ObjectStore(server.settings("bucket", "p" + PREFIXES.incrementAndGet() + "/x"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void the_server_creates_once_also_under_races() {
    ConditionalCreateProbe.check(store, "probe/1");
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void a_file_goes_in_and_comes_out_as_it_was() throws IOException {
    byte[] bytes = new byte[3_000_000];
    new Random(7).nextBytes(bytes);
    Path file = Files.write(directory.resolve("file"), bytes);
    store.putFile("seg/a.parquet", file);
    assertThat(store.readAll("seg/a.parquet")).isEqualTo(bytes);
    Path copy = store.localCopy("seg/a.parquet", directory.resolve("work"));
    assertThat(copy).hasBinaryContent(bytes).hasParentRaw(directory.resolve("work"));
    assertThat(store.localCopy("seg/a.parquet", directory.resolve("work"))).isNotEqualTo(copy);
    assertThatThrownBy(() -> store.putFile("seg/a.parquet", file))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ALREADY_EXISTS))
        .hasMessageContaining("seg/a.parquet");
    fails(() -> store.localCopy("seg/none", directory), Reason.NOT_FOUND, "seg/none");
  }

  @Test
  void prefixes_are_apart() {
    try (S3ObjectStore other = new S3ObjectStore(server.settings("bucket", "other"))) {
      other.putIfAbsent("mine", new byte[1]);
      assertThat(store.exists("mine")).isFalse();
      assertThat(other.list("")).containsExactly("mine");
      assertThat(other.putIfAbsent("mine", new byte[2])).isFalse();
    }
  }

  @Test
  void a_missing_bucket_is_named() {
    try (S3ObjectStore lost = new S3ObjectStore(server.settings("no-such-bucket", ""))) {
      fails(() -> lost.putIfAbsent("a", bytes()), Reason.INVALID_REQUEST, "'no-such-bucket'");
      fails(() -> lost.readAll("a"), Reason.INVALID_REQUEST, "'no-such-bucket'");
      fails(() -> lost.list(""), Reason.INVALID_REQUEST, "'no-such-bucket'");
    }
  }

  @Test
  void wrong_credentials_are_said() {
    for (S3Settings.Keys wrong :
        new S3Settings.Keys[] {
          new S3Settings.Keys("pandion", "wrong"), new S3Settings.Keys("nobody", "wrong")
        }) {
      try (S3ObjectStore refused = new S3ObjectStore(server.settings("bucket", "", wrong))) {
        fails(() -> refused.putIfAbsent("a", bytes()), Reason.INVALID_REQUEST, "credentials");
        fails(() -> refused.readAll("a"), Reason.INVALID_REQUEST, "storage.secretKey");
        fails(
            () -> refused.putFile("b", Files.createTempFile(directory, "x", "")),
            Reason.INVALID_REQUEST,
            "credentials");
      }
    }
  }

  @Test
  void a_server_that_is_gone_can_be_retried() throws IOException {
    S3Server gone = new S3Server(directory.resolve("gone"));
    gone.bucket("bucket");
    try (S3ObjectStore lost = new S3ObjectStore(gone.settings("bucket", ""))) {
      lost.putIfAbsent("a", bytes());
      gone.close();
      // The first write may have gone out on the connection that was open.
      assertThatThrownBy(() -> lost.putIfAbsent("b", bytes()))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isIn(Reason.OUTCOME_UNKNOWN, Reason.UNAVAILABLE_RETRY));
      fails(() -> lost.putIfAbsent("b", bytes()), Reason.UNAVAILABLE_RETRY, "" + gone.endpoint());
      fails(() -> lost.readAll("a"), Reason.UNAVAILABLE_RETRY, "reachable");
      fails(() -> lost.exists("a"), Reason.UNAVAILABLE_RETRY, "reachable");
      fails(() -> lost.list(""), Reason.UNAVAILABLE_RETRY, "reachable");
    }
  }

  @Test
  void a_range_beyond_the_end_is_an_error() {
    store.putIfAbsent("short", bytes());
    fails(() -> store.read("short", 2, 5), Reason.CORRUPT_DATA, "ends before byte 7");
    fails(() -> store.read("short", 20, 5), Reason.CORRUPT_DATA, "ends before byte 25");
    assertThat(store.read("short", 1, 0)).isEmpty();
  }

  private static byte[] bytes() {
    return "hello".getBytes(StandardCharsets.UTF_8);
  }

  private interface Deed {
    void run() throws Exception;
  }

  private static void fails(Deed deed, Reason reason, String message) {
    assertThatThrownBy(deed::run)
        .hasMessageContaining(message)
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
