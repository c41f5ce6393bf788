package io.pandion.wal.local;

import io.pandion.model.PandionException;
import io.pandion.wal.Wal;
import io.pandion.wal.WalMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;

/// A process that appends for ever, several batches in flight, and prints each acknowledged lsn,
/// until it is killed or its log fails: then it prints the reason.
final class CrashChild {
  private static final int IN_FLIGHT = 40;

  private CrashChild() {}

  /// @param args directory, term, bytes of a file
  public static void main(String[] args) throws Exception {
    long term = Long.parseLong(args[1]);
    LocalWalProvider provider =
        new LocalWalProvider(
            Path.of(args[0]), new LocalWalSettings(Long.parseLong(args[2]), 1 << 20, 256 << 10));
    Wal wal = provider.open(Logs.CHANNEL, term);
    print("open");
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    while (true) {
      inFlight.acquire();
      List<WalMessage> batch = Logs.batch(term, wal.nextLsn(), (int) (1 + wal.nextLsn() % 4));
      long last = batch.getLast().lsn();
      var _ =
          wal.append(batch)
              .whenComplete(
                  (_, failure) -> {
                    if (failure == null) {
                      print("acked " + last);
                    } else if (failure instanceof PandionException e) {
                      if (e.reason() == PandionException.Reason.UNAVAILABLE_RETRY) {
                        // Refused behind the failure, which another thread is about to tell.
                        return;
                      }
                      print("failed " + e.reason());
                      Runtime.getRuntime().halt(3);
                    }
                    inFlight.release();
                  });
    }
  }

  private static void print(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    if (System.out.checkError()) {
      // Nobody reads any more.
      Runtime.getRuntime().halt(4);
    }
  }
}
