package io.pandion.wal.kafka;

import io.pandion.model.PandionException;
import io.pandion.wal.TopicRecord;
import io.pandion.wal.WalHeading;
import io.pandion.wal.WalMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/// How a message lies in a topic: version 2. Numbers are big-endian, as Kafka's own serializers
/// write them.
///
/// ```
/// key     vchannel in UTF-8; none for a message about the pchannel itself, and for a fence
/// value   the body, or one part of it; empty for a fence
/// headers
///   kind        text: insert, delete, upsert, … (WalHeading), or fence
///   tick        i64 (milliseconds since 1970 << 18 | counter)
///   collection  i64, when the body names one
///   partition   i64, when the body names one; -1 for all
///   log         term:i64 lsn:i64, offset of the writer's fence:i64, offset that the writer expects for
///               this record:i64; and when the body did not fit into one record, part:i32 parts:i32
/// ```
///
/// A fence has `kind` and `log`, and there the term only. A record whose `log` names an offset that
/// is its own proves that nobody else wrote between the writer's last look and this record:
/// *anchored*.
///
/// Every header costs the producer and the broker time, which is why one holds what only Pandion
/// reads.
final class KafkaRecords {
  /// Bytes of a body in one record. With key and headers it stays below 1 MiB, which is what
  /// brokers accept unless they were told otherwise.
  static final int PART_BYTES = 960 << 10;

  /// Bytes of a key and of headers at most.
  static final int OVERHEAD = 60 << 10;

  static final int MAX_KEY_BYTES = OVERHEAD - 1_024;

  private static final byte[] FENCE = "fence".getBytes(StandardCharsets.UTF_8);
  private static final int LOG_BYTES = 4 * Long.BYTES;
  private static final int EXPECTED_AT = 3 * Long.BYTES;
  private static final Map<String, Header> KINDS =
      WalHeading.kinds().stream()
          .collect(
              Collectors.toUnmodifiableMap(
                  Function.identity(),
                  kind -> new RecordHeader("kind", kind.getBytes(StandardCharsets.UTF_8))));

  private KafkaRecords() {}

  static ProducerRecord<byte[], byte[]> fence(String topic, long term) {
    return new ProducerRecord<>(
        topic,
        0,
        null,
        null,
        new byte[0],
        List.of(new RecordHeader("kind", FENCE), new RecordHeader("log", i64(term))));
  }

  /// Records that a body takes.
  static int parts(WalMessage message) {
    return Math.max(1, Math.ceilDiv(message.body().size(), PART_BYTES));
  }

  /// @param fence offset of the fence
  /// @param expected offset that this record will have if nobody else writes
  static ProducerRecord<byte[], byte[]> part(
      String topic, WalMessage message, WalHeading heading, int part, long fence, long expected) {
    int parts = parts(message);
    List<Header> headers = new ArrayList<>(5);
    headers.add(Objects.requireNonNull(KINDS.get(heading.kind())));
    headers.add(new RecordHeader("tick", i64(message.tick())));
    if (heading.collectionId() != 0) {
      headers.add(new RecordHeader("collection", i64(heading.collectionId())));
    }
    if (heading.partitionId() != 0) {
      headers.add(new RecordHeader("partition", i64(heading.partitionId())));
    }
    ByteBuffer log =
        ByteBuffer.allocate(parts > 1 ? LOG_BYTES + Long.BYTES : LOG_BYTES)
            .putLong(message.term())
            .putLong(message.lsn())
            .putLong(fence)
            .putLong(expected);
    if (parts > 1) {
      log.putInt(part).putInt(parts);
    }
    headers.add(new RecordHeader("log", log.array()));
    String vchannel = message.vchannel();
    byte[] key = vchannel.isEmpty() ? null : vchannel.getBytes(StandardCharsets.UTF_8);
    // of its own type it copies a list at once, of others one by one
    RecordHeaders exact = new RecordHeaders(headers.toArray(new Header[0]));
    return new ProducerRecord<>(topic, 0, null, key, value(message, part), exact);
  }

  private static byte[] value(WalMessage message, int part) {
    int from = part * PART_BYTES;
    byte[] value = new byte[Math.min(PART_BYTES, message.body().size() - from)];
    message.body().encoded().get(from, value);
    return value;
  }

  /// @throws PandionException CORRUPT_DATA when it is none of ours
  static TopicRecord<Long> read(ConsumerRecord<byte[], byte[]> record) {
    Headers headers = record.headers();
    byte[] kind = header(record, headers, "kind");
    ByteBuffer log = ByteBuffer.wrap(header(record, headers, "log"));
    if (Arrays.equals(kind, FENCE)) {
      require(record, "log", log.remaining() == Long.BYTES);
      return TopicRecord.fence(record.offset(), log.getLong());
    }
    require(
        record, "log", log.remaining() == LOG_BYTES || log.remaining() == LOG_BYTES + Long.BYTES);
    long term = log.getLong();
    long lsn = log.getLong();
    long reign = log.getLong();
    log.position(LOG_BYTES);
    int part = 0;
    int parts = 1;
    if (log.hasRemaining()) {
      part = log.getInt();
      parts = log.getInt();
    }
    ByteBuffer tick = ByteBuffer.wrap(header(record, headers, "tick"));
    require(record, "tick", tick.remaining() == Long.BYTES);
    byte[] key = record.key();
    byte[] value = record.value();
    if (value == null || part < 0 || part >= parts) {
      throw corrupt(record, "its value or part is missing or wrong");
    }
    return new TopicRecord<>(
        record.offset(),
        reign,
        term,
        lsn,
        tick.getLong(),
        key == null ? "" : new String(key, StandardCharsets.UTF_8),
        part,
        parts,
        value);
  }

  /// Whether nobody else wrote between its writer's last look and it.
  static boolean isAnchored(ConsumerRecord<byte[], byte[]> record) {
    Header header = record.headers().lastHeader("log");
    return header != null
        && header.value().length >= LOG_BYTES
        && ByteBuffer.wrap(header.value()).getLong(EXPECTED_AT) == record.offset();
  }

  private static byte[] header(
      ConsumerRecord<byte[], byte[]> record, Headers headers, String name) {
    @Nullable Header header = headers.lastHeader(name);
    if (header == null || header.value() == null) {
      throw corrupt(record, "it has no header '" + name + "'");
    }
    return header.value();
  }

  private static void require(
      ConsumerRecord<byte[], byte[]> record, String name, boolean rightLength) {
    if (!rightLength) {
      throw corrupt(record, "its header '" + name + "' has a wrong length");
    }
  }

  private static PandionException corrupt(ConsumerRecord<byte[], byte[]> record, String what) {
    return PandionException.corrupt(
        "topic "
            + record.topic()
            + ": the record at offset "
            + record.offset()
            + " was not written by Pandion, or is damaged: "
            + what);
  }

  private static byte[] i64(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }
}
