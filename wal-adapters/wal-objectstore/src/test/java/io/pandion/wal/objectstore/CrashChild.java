package io.pandion.wal.objectstore;

import io.pandion.meta.MetaStore;
import io.pandion.model.PandionException;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.s3.S3ObjectStore;
import io.pandion.storage.s3.S3Server;
import io.pandion.storage.s3.S3Settings;
import io.pandion.wal.Wal;
import io.pandion.wal.WalMessage;
import io.pandion.wal.objectstore.ObjectWalSettings.Commit;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// A process that appends to two channels for ever and prints each acknowledged lsn, until it is
/// killed; a channel that fails is given up.
final class CrashChild {
  static final List<String> CHANNELS = List.of("c-0", "c-1");
  private static final int IN_FLIGHT = 30;

  private CrashChild() {}

  /// @param args store (a directory, or the address of an S3 server), port of the meta store, term,
  ///   what makes sure that an object is created once only
  public static void main(String[] args) throws Exception {
    long term = Long.parseLong(args[2]);
    ObjectWalProvider provider =
        provider(
            args[0], new SharedMeta.Client(Integer.parseInt(args[1])), Commit.valueOf(args[3]));
    for (String channel : CHANNELS) {
      Wal wal = provider.open(channel, term);
      Thread.ofPlatform().start(() -> write(channel, wal, term));
    }
  }

  /// On a store that overwrites when it may.
  static ObjectWalProvider provider(String where, MetaStore meta, Commit commit) {
    ObjectStore store = store(where);
    return Providers.fast(
        commit == Commit.META ? new OverwritingObjectStore(store) : store, meta, commit);
  }

  /// @param where directory, or http://server/prefix
  private static ObjectStore store(String where) {
    return where.startsWith("http")
        ? new S3ObjectStore(
            new S3Settings(
                "wal",
                URI.create(where).getPath().substring(1),
                Optional.of(URI.create(where).resolve("/")),
                "us-east-1",
                Optional.of(S3Server.KEYS),
                true,
                Duration.ofSeconds(10),
                Path.of("target")))
        : new FileObjectStore(Path.of(where));
  }

  private static void write(String channel, Wal wal, long term) {
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    while (true) {
      inFlight.acquireUninterruptibly();
      List<WalMessage> batch =
          Messages.batch(term, wal.nextLsn(), (int) (1 + wal.nextLsn() % 4), "child");
      long last = batch.getLast().lsn();
      var append = wal.append(batch);
      var _ =
          append.whenComplete(
              (_, failure) -> {
                if (failure == null) {
                  print("acked " + channel + " " + last);
                }
                inFlight.release();
              });
      if (append.isCompletedExceptionally()) {
        var _ = append.exceptionally(e -> give(channel, e));
        return;
      }
    }
  }

  private static Void give(String channel, Throwable failure) {
    String why = failure instanceof PandionException e ? e.reason().toString() : failure.toString();
    print("failed " + channel + " " + why);
    return null;
  }

  private static synchronized void print(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    if (System.out.checkError()) {
      // Nobody reads any more.
      Runtime.getRuntime().halt(4);
    }
  }
}
