package io.pandion.wal.local;

import io.pandion.wal.WalRace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log beside bare appends to a file that are synced in groups, with nothing around the bytes;
/// with `-Dheaders=true` as many bytes as the log's record has. No test: run it by its name, see
/// `docs/benchmarks.md`.
final class LocalWalSpeed {
  @TempDir private Path directory;

  @Test
  void beside_group_committed_appends() throws Exception {
    AtomicInteger files = new AtomicInteger();
    try (LocalWalProvider provider =
        new LocalWalProvider(directory.resolve("wal"), LocalWalSettings.defaults())) {
      new WalRace(
              provider,
              bytes ->
                  new Bare(directory.resolve("bare-" + files.incrementAndGet()), inFile(bytes)))
          .run();
    }
  }

  private static int inFile(int bytes) {
    return Boolean.getBoolean("headers")
        ? (int) SegmentWriter.recordBytes(WalRace.KEY.length(), bytes)
        : bytes;
  }

  /// One thread writes all that waits, syncs it once, and tells.
  private static final class Bare implements WalRace.Log, Runnable {
    private static final int MOST_BYTES = 8 << 20;

    private final Path path;
    private final FileChannel file;
    private final byte[] value;
    private final BlockingQueue<CompletableFuture<Void>> waiting = new LinkedBlockingQueue<>();
    private final Thread thread;

    Bare(Path path, int bytes) {
      this.path = path;
      try {
        file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      value = WalRace.value(bytes);
      thread = Thread.ofPlatform().start(this);
    }

    @Override
    public CompletableFuture<?> append() {
      CompletableFuture<Void> done = new CompletableFuture<>();
      waiting.add(done);
      return done;
    }

    @Override
    public void run() {
      ByteBuffer group = ByteBuffer.allocateDirect(Math.max(MOST_BYTES, value.length));
      List<CompletableFuture<Void>> taken = new ArrayList<>();
      try {
        while (true) {
          taken.add(waiting.take());
          waiting.drainTo(taken, group.capacity() / value.length - 1);
          group.clear();
          taken.forEach(_ -> group.put(value));
          group.flip();
          while (group.hasRemaining()) {
            file.write(group);
          }
          file.force(false);
          taken.forEach(done -> done.complete(null));
          taken.clear();
        }
      } catch (InterruptedException e) {
        return; // closed
      } catch (IOException e) {
        taken.forEach(done -> done.completeExceptionally(e));
      }
    }

    @Override
    public void close() {
      thread.interrupt();
      try {
        thread.join();
        file.close();
        Files.delete(path);
      } catch (InterruptedException | IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
