package io.pandion.wal;

import org.jspecify.annotations.Nullable;

/// One record of a topic that carries a pchannel's log, for the adapters over brokers that order
/// records and do not know our terms. A message is one record, or several parts in a row.
///
/// @param position where it lies in the topic
/// @param reign position of the fence that its writer had put before it wrote; null for a fence
/// @param lsn of the message; 0 for a fence
/// @param tick of the message; 0 for a fence
/// @param part number of the part, first 0
/// @param parts of the message, at least 1
/// @param value bytes of the part; never changed
/// @param <P> the broker's positions; compared with equals
@SuppressWarnings("ArrayRecordComponent") // a carrier between two lines of an adapter
public record TopicRecord<P>(
    P position,
    @Nullable P reign,
    long term,
    long lsn,
    long tick,
    String vchannel,
    int part,
    int parts,
    byte[] value) {
  /// Starts the reign of a term at its position.
  public static <P> TopicRecord<P> fence(P position, long term) {
    return new TopicRecord<>(position, null, term, 0, 0, "", 0, 1, new byte[0]);
  }

  public boolean isFence() {
    return reign == null;
  }

  public boolean isLastPart() {
    return part == parts - 1;
  }
}
