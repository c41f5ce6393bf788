package io.pandion.wal.kafka;

import io.pandion.wal.TopicRecord;
import io.pandion.wal.TopicReplay;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads the messages `from <= lsn < end`, which are all in the topic. One thread.
final class KafkaLogReader implements WalReader {
  private final KafkaLog log;
  private final long from;
  private final long end;
  private final Start start;
  private final Consumer<KafkaLogReader> onClose;
  private final TopicReplay<Long> replay;
  private KafkaLog.@Nullable Cursor cursor;
  private volatile long next;

  /// Where to begin.
  interface Start {
    /// Puts the replay in front of the message `lsn` or an earlier one.
    ///
    /// @return the offset of the first record to read
    long locate(long lsn, TopicReplay<Long> replay);
  }

  KafkaLogReader(KafkaLog log, long from, long end, Start start, Consumer<KafkaLogReader> onClose) {
    this.log = log;
    this.from = from;
    this.end = end;
    this.start = start;
    this.onClose = onClose;
    this.next = from;
    this.replay = new TopicReplay<>(log.pchannel());
  }

  /// Lowest lsn that it may still ask for.
  long keeps() {
    return next;
  }

  @Override
  public @Nullable WalMessage next() {
    if (next >= end) {
      return null;
    }
    KafkaLog.Cursor at = cursor;
    if (at == null) {
      at = log.cursor(start.locate(from, replay));
      cursor = at;
    }
    while (true) {
      TopicRecord<Long> record = KafkaRecords.read(at.next());
      WalMessage message = replay.accept(record);
      if (message != null && message.lsn() >= from) {
        next = message.lsn() + 1;
        if (next >= end) {
          // Others may use the connection while this reader is not closed yet.
          at.close();
        }
        return message;
      }
    }
  }

  @Override
  public void close() {
    KafkaLog.Cursor at = cursor;
    if (at != null) {
      at.close();
    }
    onClose.accept(this);
  }
}
