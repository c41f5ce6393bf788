package io.pandion.wal.pulsar;

import io.pandion.wal.TopicRecord;
import io.pandion.wal.TopicReplay;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.jspecify.annotations.Nullable;

/// Reads a log from what is retained to its end, and marks places on the way. One thread.
final class PulsarLogEnd implements AutoCloseable {
  private final PulsarLog.Cursor cursor;
  private final TopicReplay<String> replay;
  private final PulsarMarks marks;
  private final long firstLsn;
  private boolean first = true;
  private @Nullable MessageId before;

  /// @param firstLsn of the log, when it has no message
  PulsarLogEnd(PulsarLog log, PulsarMarks marks, long firstLsn) {
    this.firstLsn = firstLsn;
    this.cursor = log.cursor(MessageId.earliest);
    this.replay = new TopicReplay<>(log.pchannel());
    this.marks = marks;
  }

  /// Reads what there is now.
  void readOn() {
    while (cursor.hasNext()) {
      take();
    }
  }

  /// Reads up to a message that is known to be there.
  ///
  /// @return term of the reign in front of it
  long readTo(String position) {
    while (true) {
      long term = replay.term();
      if (take().equals(position)) {
        return term;
      }
    }
  }

  private String take() {
    Message<byte[]> message = cursor.next();
    TopicRecord<String> record = PulsarRecords.read(message);
    String reign = record.reign();
    if (first && reign != null && record.part() == 0) {
      // Truncated in the middle of a reign. The broker lets no fenced producer write, so that the
      // first message that is left belongs to the reign that it names.
      replay.startIn(reign, record.term(), record.lsn(), 0);
    }
    first &= reign != null && record.part() != 0;
    replay.accept(record);
    if (reign != null && record.part() == 0 && record.term() == replay.term()) {
      marks.add(record.lsn(), record.term(), reign, message.getMessageId(), before);
    }
    before = message.getMessageId();
    return record.position();
  }

  long nextLsn() {
    return replay.nextLsn() == 0 ? firstLsn : replay.nextLsn();
  }

  long lastTick() {
    return replay.lastTick();
  }

  long term() {
    return replay.term();
  }

  @Override
  public void close() {
    cursor.close();
  }
}
