package io.pandion.wal.kafka;

import io.pandion.wal.AppendsUnderWay;
import io.pandion.wal.TopicReplay;
import io.pandion.wal.Wal;
import io.pandion.wal.WalHeading;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/// One opened log: the reign that begins with the fence at a known offset.
///
/// Records are sent as they come, several requests under way, and answered in order with their
/// offsets. While each answer is the offset behind the one before, nobody else can have written,
/// and the record is acknowledged at once. An offset that was skipped belongs to somebody else's
/// record: it is read before anything behind it is acknowledged. A fence of this term or a higher
/// one there ends the reign: what lies behind it counts for no reader, and fails with FENCED. A
/// late record of an older owner counts for no reader either, and is passed over.
///
/// When a record fails for good, the producer is closed at once, so that nothing is written behind
/// the hole, and all that is under way has an unknown outcome.
///
/// Futures complete on the producer's thread: what depends on them runs there and should be short.
final class KafkaWal implements Wal {
  /// A record under way.
  private record Sent(long lsn, boolean first, boolean last, long expected) {}

  private record Answer(Sent sent, long offset) {}

  private final String pchannel;
  private final long term;
  private final long fence;
  private final long beginLsn;
  private final long firstLsn;
  private final KafkaLog log;
  private final Producer<byte[], byte[]> producer;
  private final Consumer<KafkaWal> onClose;
  private final KafkaTruncation truncation;
  private final AppendsUnderWay appends;

  // Guarded by this.
  private final Deque<Answer> waiting = new ArrayDeque<>();
  private final ReignOffsets offsets = new ReignOffsets();
  private long nextOffset;
  private long recordsUnderWay;
  private boolean looking;

  /// @param beginLsn lsn of the first message that the log ever had
  KafkaWal(
      long term,
      long fence,
      long beginLsn,
      LogEnd end,
      KafkaLog log,
      Producer<byte[], byte[]> producer,
      Consumer<KafkaWal> onClose,
      LongSupplier nanos) {
    this.pchannel = log.pchannel();
    this.term = term;
    this.fence = fence;
    this.beginLsn = beginLsn;
    this.firstLsn = end.nextLsn();
    this.log = log;
    this.producer = producer;
    this.onClose = onClose;
    this.nextOffset = fence + 1;
    this.appends = new AppendsUnderWay(pchannel, term, end.nextLsn(), end.lastTick(), nanos);
    this.truncation = new KafkaTruncation(log, this::keepFrom, this::forgetBefore);
  }

  String pchannel() {
    return pchannel;
  }

  @Override
  public long nextLsn() {
    return appends.nextLsn();
  }

  @Override
  public long lastTick() {
    return appends.lastTick();
  }

  /// @throws IllegalArgumentException also when a term is not the log's, a tick does not rise, or
  ///   the name of a vchannel is too long for a key
  @Override
  public CompletableFuture<Void> append(List<WalMessage> batch) {
    batch.forEach(this::checkKey);
    AppendsUnderWay.Batch made = appends.begin(batch);
    if (!made.refused()) {
      send(made.messages());
    }
    return made.future();
  }

  private void checkKey(WalMessage message) {
    if (message.vchannel().length() > KafkaRecords.MAX_KEY_BYTES / 3
        && message.vchannel().getBytes(StandardCharsets.UTF_8).length
            > KafkaRecords.MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "channel "
              + pchannel
              + ": the name of a vchannel has over "
              + KafkaRecords.MAX_KEY_BYTES
              + " bytes");
    }
  }

  /// Not under the lock, for it may wait for memory that answers free.
  private void send(List<WalMessage> batch) {
    long expected = expect(batch);
    try {
      for (WalMessage message : batch) {
        WalHeading heading = WalHeading.of(message.body());
        int parts = KafkaRecords.parts(message);
        for (int part = 0; part < parts; part++) {
          Sent sent = new Sent(message.lsn(), part == 0, part == parts - 1, expected);
          var _ =
              producer.send(
                  KafkaRecords.part(log.topic(), message, heading, part, fence, expected),
                  (metadata, failure) -> answered(sent, metadata, failure));
          expected++;
        }
      }
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /// @return the offset of the first record when nobody else writes
  private synchronized long expect(List<WalMessage> batch) {
    long first = nextOffset + recordsUnderWay;
    for (WalMessage message : batch) {
      recordsUnderWay += KafkaRecords.parts(message);
    }
    return first;
  }

  private void answered(Sent sent, RecordMetadata metadata, @Nullable Exception failure) {
    if (failure != null) {
      fail(failure);
      return;
    }
    Answer answer = new Answer(sent, metadata.hasOffset() ? metadata.offset() : -1);
    synchronized (this) {
      if (looking || answer.offset != nextOffset) {
        waiting.add(answer);
        if (!looking) {
          looking = true;
          Thread.ofVirtual().name("wal-look-" + pchannel).start(this::look);
        }
        return;
      }
      take(answer);
    }
    confirm(sent);
  }

  /// Takes over an answer that is known to lie in this reign.
  private synchronized void take(Answer answer) {
    Sent sent = answer.sent;
    nextOffset = answer.offset + 1;
    recordsUnderWay--;
    if (sent.first) {
      offsets.add(sent.lsn, answer.offset, answer.offset == sent.expected);
    }
  }

  private void confirm(Sent sent) {
    if (sent.last) {
      appends.confirm(sent.lsn).ifPresent(batch -> batch.future().complete(null));
    }
  }

  /// Reads what others wrote in between, then confirms what waits.
  private void look() {
    try {
      while (true) {
        Answer next;
        long from;
        synchronized (this) {
          next = waiting.peek();
          if (next == null) {
            looking = false;
            return;
          }
          from = nextOffset;
          if (next.offset == from) {
            waiting.remove();
            take(next);
          }
        }
        if (next.offset == from) {
          confirm(next.sent);
        } else {
          lookAt(from, next.offset);
        }
      }
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void lookAt(long from, long to) {
    if (to < from) {
      throw new IllegalStateException("Kafka answers offset " + to + " where " + from + " is next");
    }
    log.scan(
        from,
        to,
        record -> {
          var other = KafkaRecords.read(record);
          if (other.isFence() && other.term() >= term) {
            throw KafkaErrors.fenced(pchannel, term, other.term());
          }
          return false;
        });
    synchronized (this) {
      nextOffset = to;
    }
  }

  /// Stops the log: nothing is sent or acknowledged any more.
  private void fail(Throwable e) {
    appends
        .fail(e)
        .ifPresent(
            lost -> {
              // On the producer's own thread this ends it before it sends anything behind the hole.
              producer.close(Duration.ZERO);
              lost.fail();
            });
  }

  /// @throws io.pandion.model.PandionException UNAVAILABLE_RETRY when the log is closed
  @Override
  public WalReader read(long fromLsn) {
    long end = appends.durableLsnForReader();
    return truncation.holding(
        (lowest, onEnd) ->
            new KafkaLogReader(
                log, Math.max(Math.max(beginLsn, fromLsn), lowest), end, this::locate, onEnd));
  }

  private long locate(long lsn, TopicReplay<Long> replay) {
    long offset;
    synchronized (this) {
      offset = offsets.offset(lsn);
    }
    if (offset >= 0) {
      replay.startIn(fence, term, lsn, 0);
      return offset;
    }
    long begin = log.begin();
    var found = log.find(Math.min(lsn, firstLsn - 1), begin, fence, firstLsn);
    if (found == null) {
      return begin;
    }
    replay.startIn(LogEnd.reign(found), found.term(), found.lsn(), 0);
    return found.position();
  }

  @Override
  public void truncate(long lsn) {
    if (appends.isOpen()) {
      truncation.request(Math.min(lsn, appends.durableLsn()));
    }
  }

  /// Offset of the first record to keep when messages below `lsn` are not needed: the last message
  /// stays, for it tells the next owner its lsn; -1 for nothing to remove.
  private long keepFrom(long lsn) {
    long wanted = Math.min(lsn, appends.durableLsn() - 1);
    if (wanted >= firstLsn) {
      synchronized (this) {
        long offset = offsets.anchoredAtOrBelow(wanted);
        if (offset >= 0) {
          return offset;
        }
      }
    }
    wanted = Math.min(wanted, firstLsn - 1);
    if (wanted < beginLsn) {
      return -1;
    }
    var found = log.find(wanted, log.begin(), fence, firstLsn);
    return found == null || found.lsn() > wanted ? -1 : found.position();
  }

  private synchronized void forgetBefore(long offset) {
    offsets.forgetBefore(offset);
  }

  /// Waits for what was appended, then stops.
  @Override
  public void close() {
    if (!appends.finish()) {
      fail(new TimeoutException("closed before the broker confirmed it"));
    }
    truncation.close();
    producer.close(Duration.ZERO);
    onClose.accept(this);
  }
}
