package io.pandion.wal.kafka;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.TopicRecord;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// The records of one pchannel's topic, by offset. Any number of threads.
final class KafkaLog {
  private static final Duration POLL = Duration.ofMillis(500);

  /// Polls without a record before a read is given up.
  private static final int PATIENCE = 120;

  private static final long FIRST_STEP = 16;

  private final String pchannel;
  private final TopicPartition partition;
  private final KafkaClients clients;

  KafkaLog(String pchannel, String topic, KafkaClients clients) {
    this.pchannel = pchannel;
    this.partition = new TopicPartition(topic, 0);
    this.clients = clients;
  }

  String pchannel() {
    return pchannel;
  }

  String topic() {
    return partition.topic();
  }

  /// Offset of the first record that is kept.
  long begin() {
    Consumer<byte[], byte[]> consumer = clients.consumer();
    boolean sound = false;
    try {
      Long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
      sound = true;
      return begin == null ? 0 : begin;
    } catch (KafkaException e) {
      throw unreadable(e);
    } finally {
      end(consumer, sound);
    }
  }

  /// Removes the records below an offset.
  void deleteBefore(long offset) {
    try {
      KafkaErrors.await(
          clients
              .admin()
              .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
              .all());
    } catch (ExecutionException e) {
      throw KafkaErrors.channel(
          Reason.UNAVAILABLE_RETRY, pchannel, "Kafka does not truncate " + topic(), e.getCause());
    }
  }

  /// Gives the records `from <= offset < to`, which must be there, to `take` until it says true.
  void scan(long from, long to, Predicate<ConsumerRecord<byte[], byte[]>> take) {
    if (from >= to) {
      return;
    }
    try (Cursor cursor = new Cursor(from)) {
      while (true) {
        ConsumerRecord<byte[], byte[]> record = cursor.next();
        if (record.offset() >= to || take.test(record) || record.offset() == to - 1) {
          return;
        }
      }
    }
  }

  /// The last anchored record in `from <= offset < to` that ends a message.
  @Nullable TopicRecord<Long> lastAnchored(long from, long to) {
    var found = new AtomicReference<@Nullable TopicRecord<Long>>();
    scan(
        from,
        to,
        record -> {
          if (KafkaRecords.isAnchored(record)) {
            TopicRecord<Long> one = KafkaRecords.read(record);
            if (one.isLastPart()) {
              found.set(one);
            }
          }
          return false;
        });
    return found.get();
  }

  /// The first anchored record in `from <= offset < to` that begins a message.
  private @Nullable TopicRecord<Long> firstAnchored(long from, long to) {
    var found = new AtomicReference<@Nullable TopicRecord<Long>>();
    scan(
        from,
        to,
        record -> {
          if (KafkaRecords.isAnchored(record)) {
            TopicRecord<Long> one = KafkaRecords.read(record);
            if (one.part() == 0) {
              found.set(one);
            }
          }
          return found.get() != null;
        });
    return found.get();
  }

  /// An anchored record that begins the message `lsn`, or one not far before it, or, when that was
  /// truncated, the first one; null when the log must be read from its begin, which is a fence.
  ///
  /// @param offset of a record at or behind the message `offsetLsn`, which is above `lsn`
  @Nullable TopicRecord<Long> find(long lsn, long begin, long offset, long offsetLsn) {
    // Lsns are dense and other records are few: this guess is right, or a little too late.
    long guess = Math.min(offset - 1, offset - (offsetLsn - lsn));
    long step = FIRST_STEP;
    while (guess > begin) {
      TopicRecord<Long> found = firstAnchored(guess, offset);
      if (found != null && found.lsn() <= lsn) {
        return found;
      }
      guess -= step;
      step *= 2;
    }
    return begin < offset ? firstAnchored(begin, begin + 1) : null;
  }

  Cursor cursor(long from) {
    return new Cursor(from);
  }

  private void end(Consumer<byte[], byte[]> consumer, boolean sound) {
    if (sound) {
      clients.giveBack(consumer);
    } else {
      KafkaClients.discard(consumer);
    }
  }

  private PandionException unreadable(Exception e) {
    return KafkaErrors.channel(
        Reason.UNAVAILABLE_RETRY, pchannel, "cannot read topic " + topic(), e);
  }

  /// Walks along the records from an offset. One thread.
  final class Cursor implements AutoCloseable {
    private final Consumer<byte[], byte[]> consumer;
    private Iterator<ConsumerRecord<byte[], byte[]>> fetched = Collections.emptyIterator();
    private boolean sound = true;
    private boolean closed;

    private Cursor(long from) {
      consumer = clients.consumer();
      try {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
      } catch (RuntimeException e) {
        sound = false;
        close();
        throw unreadable(e);
      }
    }

    /// The next record; waits for it.
    ///
    /// @throws PandionException UNAVAILABLE_RETRY when it does not come, or was truncated meanwhile
    ConsumerRecord<byte[], byte[]> next() {
      try {
        for (int i = 0; !fetched.hasNext(); i++) {
          if (i == PATIENCE) {
            sound = false;
            throw KafkaErrors.channel(
                Reason.UNAVAILABLE_RETRY,
                pchannel,
                "topic " + topic() + " gives no record at " + consumer.position(partition),
                null);
          }
          ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
          fetched = records.records(partition).iterator();
        }
        return fetched.next();
      } catch (KafkaException e) {
        sound = false;
        throw unreadable(e);
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        end(consumer, sound);
      }
    }
  }
}
