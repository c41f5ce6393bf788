package io.pandion.wal.kafka;

import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalPayload;
import io.pandion.wal.WalReader;
import java.util.ArrayList;
import java.util.List;

/// What the tests of this adapter share.
final class Messages {
  private Messages() {}

  static WalMessage message(long term, long lsn) {
    return new WalMessage(
        lsn, term, lsn * 10, "c_v" + lsn % 2, WalBody.of(new WalPayload.DropPartition(lsn, 7)));
  }

  static void append(Wal wal, long term, int count) {
    for (int i = 0; i < count; i++) {
      wal.append(List.of(message(term, wal.nextLsn()))).join();
    }
  }

  static List<Long> lsns(Wal wal, long from) {
    List<Long> out = new ArrayList<>();
    try (WalReader reader = wal.read(from)) {
      for (WalMessage m = reader.next(); m != null; m = reader.next()) {
        out.add(m.lsn());
      }
    }
    return out;
  }
}
