package io.pandion.wal.pulsar;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pulsar.client.api.MessageId;
import org.jspecify.annotations.Nullable;

/// Where some of the messages of a log lie, so that a reader need not begin at the first one. Any
/// number of threads.
final class PulsarMarks {
  /// Messages between two marks.
  private static final long DISTANCE = 256;

  /// The begin of a message.
  ///
  /// @param before position of what lies in front of it, up to which all may be removed
  record Mark(long lsn, long term, String reign, MessageId id, @Nullable MessageId before) {}

  private final TreeMap<Long, Mark> marks = new TreeMap<>();

  /// The first part of a message; they come in order. See [Mark] for the rest.
  synchronized void add(
      long lsn, long term, String reign, MessageId id, @Nullable MessageId before) {
    Map.@Nullable Entry<Long, Mark> last = marks.lastEntry();
    if (last == null || lsn >= last.getKey() + DISTANCE || !reign.equals(last.getValue().reign())) {
      marks.put(lsn, new Mark(lsn, term, reign, id, before));
    }
  }

  /// The nearest mark at or before a message.
  synchronized Optional<Mark> atOrBefore(long lsn) {
    return Optional.ofNullable(marks.floorEntry(lsn)).map(Map.Entry::getValue);
  }

  synchronized void forgetBelow(long lsn) {
    marks.headMap(lsn, false).clear();
  }
}
