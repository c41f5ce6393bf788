package io.pandion.wal.local;

import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/// Measures durable appends: `java … io.pandion.wal.local.WalSpeed [directory]`.
final class WalSpeed {
  private WalSpeed() {}

  /// @param args directory; a temporary one when there is none
  public static void main(String[] args) throws Exception {
    Path directory = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("wal-speed");
    for (int preallocate : new int[] {0, LocalWalSettings.defaults().preallocateBytes()}) {
      System.out.println("preallocateBytes " + preallocate);
      LocalWalSettings settings = new LocalWalSettings(64L << 20, 8 << 20, preallocate);
      for (int warm = 0; warm < 2; warm++) {
        measure(directory, settings, 1, 1 << 10, 8_000);
        measure(directory, settings, 64, 1 << 10, 200_000);
        measure(directory, settings, 1, 1 << 20, 300);
        measure(directory, settings, 8, 1 << 20, 1_000);
      }
    }
  }

  private static void measure(
      Path directory, LocalWalSettings settings, int appenders, int bytes, int count)
      throws IOException {
    String channel = "speed";
    long start;
    try (LocalWalProvider provider = new LocalWalProvider(directory, settings)) {
      Wal wal = provider.open(channel, 1);
      WalBody body = WalBody.ofBytes(new byte[bytes]);
      Semaphore inFlight = new Semaphore(appenders);
      CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
      start = System.nanoTime();
      for (int lsn = 1; lsn <= count; lsn++) {
        inFlight.acquireUninterruptibly();
        last =
            wal.append(List.of(new WalMessage(lsn, 1, lsn, "v", body))).thenRun(inFlight::release);
      }
      last.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%d appenders of %d bytes: %.0f appends/s, %.1f MB/s%n",
        appenders, bytes, count / seconds, (double) count * bytes / seconds / 1e6);
    start = System.nanoTime();
    try (LocalWalProvider provider = new LocalWalProvider(directory, settings)) {
      Wal wal = provider.open(channel, 2);
      double opened = (System.nanoTime() - start) / 1e6;
      long read = Logs.count(wal);
      System.out.printf(
          "  open %.1f ms, read %d messages at %.0f MB/s%n",
          opened, read, (double) count * bytes / ((System.nanoTime() - start) / 1e9) / 1e6);
    }
    Logs.delete(directory.resolve(channel));
  }
}
