package io.pandion.wal.pulsar;

import io.pandion.wal.TopicReplay;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.util.Optional;
import org.apache.pulsar.client.api.MessageId;
import org.jspecify.annotations.Nullable;

/// Reads the messages `from <= lsn < end`, which are all in the topic. One thread.
final class PulsarLogReader implements WalReader {
  private final PulsarLog log;
  private final PulsarMarks marks;
  private final long from;
  private final long end;
  private final TopicReplay<String> replay;
  private PulsarLog.@Nullable Cursor cursor;
  private boolean atFirst;
  private long next;

  PulsarLogReader(PulsarLog log, PulsarMarks marks, long from, long end) {
    this.log = log;
    this.marks = marks;
    this.from = from;
    this.end = end;
    this.next = from;
    this.replay = new TopicReplay<>(log.pchannel());
  }

  @Override
  public @Nullable WalMessage next() {
    if (next >= end) {
      return null;
    }
    PulsarLog.Cursor at = cursor;
    if (at == null) {
      at = begin();
      cursor = at;
    }
    while (true) {
      var record = PulsarRecords.read(at.next());
      String reign = record.reign();
      if (atFirst && reign != null) {
        if (record.part() != 0) {
          continue;
        }
        replay.startIn(reign, record.term(), record.lsn(), 0);
      }
      atFirst = false;
      WalMessage message = replay.accept(record);
      if (message != null && message.lsn() >= from) {
        next = message.lsn() + 1;
        return message;
      }
    }
  }

  private PulsarLog.Cursor begin() {
    Optional<PulsarMarks.Mark> mark = marks.atOrBefore(from);
    if (mark.isEmpty()) {
      atFirst = true;
      return log.cursor(MessageId.earliest);
    }
    replay.startIn(mark.get().reign(), mark.get().term(), mark.get().lsn(), 0);
    return log.cursor(mark.get().id());
  }

  @Override
  public void close() {
    if (cursor != null) {
      cursor.close();
    }
  }
}
