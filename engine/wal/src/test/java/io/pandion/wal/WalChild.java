package io.pandion.wal;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/// The life of a process that appends for ever, several batches in flight, and prints each
/// acknowledged lsn, until it is killed or its log fails: then it prints the reason.
public final class WalChild {
  private static final int IN_FLIGHT = 40;

  private WalChild() {}

  public static void run(WalProvider provider, String channel, long term) throws Exception {
    Wal wal = provider.open(channel, term);
    print("open " + wal.nextLsn());
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    while (true) {
      inFlight.acquire();
      List<WalMessage> batch = batch(term, wal.nextLsn());
      long last = batch.getLast().lsn();
      var _ =
          wal.append(batch)
              .whenComplete(
                  (_, failure) -> {
                    if (failure == null) {
                      print("acked " + last);
                    } else {
                      end(failure);
                    }
                    inFlight.release();
                  });
    }
  }

  private static void end(Throwable failure) {
    Reason reason = failure instanceof PandionException e ? e.reason() : Reason.INTERNAL;
    // Refused behind the failure, which another thread is about to tell.
    if (reason != Reason.UNAVAILABLE_RETRY) {
      print("failed " + reason);
      Runtime.getRuntime().halt(3);
    }
  }

  private static List<WalMessage> batch(long term, long first) {
    List<WalMessage> out = new ArrayList<>();
    for (long lsn = first; lsn <= first + first % 4; lsn++) {
      out.add(WalFixture.message(term, lsn));
    }
    return out;
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
