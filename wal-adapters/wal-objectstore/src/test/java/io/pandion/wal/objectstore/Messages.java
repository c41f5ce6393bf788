package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What the tests write and read.
final class Messages {
  private Messages() {}

  /// A message that tells who wrote it.
  static WalMessage message(long term, long lsn, String writer) {
    byte[] body =
        (writer + " " + lsn + " " + "x".repeat((int) (lsn * 37 % 700)))
            .getBytes(StandardCharsets.UTF_8);
    return new WalMessage(lsn, term, lsn * 10, "v" + lsn % 3, WalBody.ofBytes(body));
  }

  static List<WalMessage> batch(long term, long first, int count, String writer) {
    List<WalMessage> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(message(term, first + i, writer));
    }
    return out;
  }

  /// All of a message.
  static String text(WalMessage m) {
    byte[] body = new byte[m.body().size()];
    m.body().encoded().get(body);
    return m.lsn()
        + " "
        + m.term()
        + " "
        + m.tick()
        + " "
        + m.vchannel()
        + " "
        + new String(body, StandardCharsets.UTF_8);
  }

  /// Reads the log; tries again when the store does not answer.
  static List<WalMessage> read(Wal wal, long from) {
    for (int attempt = 1; ; attempt++) {
      try (WalReader reader = wal.read(from)) {
        List<WalMessage> out = new ArrayList<>();
        for (WalMessage m = reader.next(); m != null; m = reader.next()) {
          out.add(m);
        }
        return out;
      } catch (PandionException e) {
        if (e.reason() != PandionException.Reason.UNAVAILABLE_RETRY || attempt == 50) {
          throw e;
        }
      }
    }
  }
}
