package io.pandion.wal;

import io.pandion.model.PandionException;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/// Tells which records of a topic are the log, whoever else wrote between them: every reader that
/// is given the same records decides the same. One thread.
///
/// - A fence begins a *reign* when its term is at least that of the reign before; else it is
///   nothing.
/// - A message counts when it names the reign that it lies in. What an owner sent before it was
///   fenced, and the broker put behind the fence, names an older reign and is nothing.
/// - A message in parts counts with its last part; a fence drops the parts before it.
/// - The lsns of what counts are dense: a gap is CORRUPT_DATA. What was there already is passed
///   over, for a client may send again what it had no answer to.
public final class TopicReplay<P> {
  private final String pchannel;
  private @Nullable P reign;
  private long term = -1;
  private long nextLsn;
  private long lastTick;
  private @Nullable ByteArrayOutputStream partial;
  private int nextPart;

  /// From the first record of the topic, or from a fence that is known to begin a reign.
  public TopicReplay(String pchannel) {
    this.pchannel = pchannel;
  }

  /// From the middle of a reign, in front of the message with that lsn.
  ///
  /// @param lastTick of the message before it; 0 when nobody asks for it
  public void startIn(P reign, long term, long nextLsn, long lastTick) {
    this.reign = reign;
    this.term = term;
    this.nextLsn = nextLsn;
    this.lastTick = lastTick;
  }

  /// Takes the next record of the topic.
  ///
  /// @return the message that it completes, or null
  /// @throws PandionException CORRUPT_DATA at a gap
  public @Nullable WalMessage accept(TopicRecord<P> record) {
    if (record.isFence()) {
      if (record.term() >= term) {
        reign = record.position();
        term = record.term();
        partial = null;
        nextPart = 0;
      }
      return null;
    }
    if (!isOfThisReign(record) || isAgain(record)) {
      return null;
    }
    expect(record);
    byte[] body = record.parts() == 1 ? record.value() : join(record);
    if (!record.isLastPart()) {
      return null;
    }
    partial = null;
    nextPart = 0;
    nextLsn = record.lsn() + 1;
    lastTick = record.tick();
    return new WalMessage(
        record.lsn(), record.term(), record.tick(), record.vchannel(), WalBody.ofBytes(body));
  }

  private boolean isOfThisReign(TopicRecord<P> record) {
    P own = record.reign();
    return own != null && own.equals(reign) && record.term() == term;
  }

  private boolean isAgain(TopicRecord<P> record) {
    return record.lsn() < nextLsn || (record.lsn() == nextLsn && record.part() < nextPart);
  }

  private void expect(TopicRecord<P> record) {
    boolean first = nextLsn == 0;
    if ((!first && record.lsn() != nextLsn) || record.part() != nextPart) {
      throw PandionException.corrupt(
          "channel "
              + pchannel
              + ": message "
              + record.lsn()
              + " part "
              + record.part()
              + " at "
              + record.position()
              + " where message "
              + nextLsn
              + " part "
              + nextPart
              + " is next");
    }
    if (first) {
      nextLsn = record.lsn();
    }
    nextPart++;
  }

  /// @return the whole, when this is the last part
  private byte[] join(TopicRecord<P> record) {
    ByteArrayOutputStream parts = partial;
    if (parts == null) {
      parts = new ByteArrayOutputStream(record.parts() * record.value().length);
      partial = parts;
    }
    parts.writeBytes(record.value());
    return record.isLastPart() ? parts.toByteArray() : record.value();
  }

  /// Lsn behind the last message that counted; 0 when there was none.
  public long nextLsn() {
    return nextLsn;
  }

  /// Tick of the last message that counted; 0 when there was none.
  public long lastTick() {
    return lastTick;
  }

  /// Term of the reign; -1 before the first fence.
  public long term() {
    return term;
  }
}
