package io.pandion.wal.kafka;

import io.pandion.model.PandionException;
import io.pandion.wal.TopicRecord;
import io.pandion.wal.TopicReplay;
import org.jspecify.annotations.Nullable;

/// The end of a log in front of a fence.
///
/// @param nextLsn behind the last message
/// @param lastTick of the last message, 0 when there is none
/// @param term of the reign before the fence, -1 when there was none
record LogEnd(long nextLsn, long lastTick, long term) {
  private static final long FIRST_STEP = 32;
  private static final long STEP_FACTOR = 8;

  /// Looks backwards for the last record that proves what lies before it, then replays forwards.
  ///
  /// @param firstLsn of the log, when it has no message
  static LogEnd before(long fence, KafkaLog log, long firstLsn) {
    long begin = log.begin();
    long from = fence;
    long step = FIRST_STEP;
    TopicRecord<Long> last = null;
    while (last == null && from > begin) {
      long to = from;
      from = Math.max(begin, from - step);
      step *= STEP_FACTOR;
      last = log.lastAnchored(from, to);
    }
    if (last == null && begin > 0) {
      throw PandionException.corrupt(
          "channel "
              + log.pchannel()
              + ": topic "
              + log.topic()
              + " was cut off at offset "
              + begin
              + " by somebody else, and no message is left that tells the last lsn");
    }
    TopicReplay<Long> replay = new TopicReplay<>(log.pchannel());
    long start = begin;
    if (last != null) {
      Long reign = reign(last);
      replay.startIn(reign, last.term(), last.lsn() + 1, last.tick());
      start = last.position() + 1;
    }
    log.scan(
        start,
        fence,
        record -> {
          replay.accept(KafkaRecords.read(record));
          return false;
        });
    long next = replay.nextLsn() == 0 ? firstLsn : replay.nextLsn();
    return new LogEnd(next, replay.lastTick(), replay.term());
  }

  static Long reign(TopicRecord<Long> message) {
    @Nullable Long reign = message.reign();
    if (reign == null) {
      throw new IllegalArgumentException("a fence at " + message.position());
    }
    return reign;
  }
}
