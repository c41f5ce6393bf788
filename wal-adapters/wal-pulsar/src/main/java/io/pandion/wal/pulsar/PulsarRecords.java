package io.pandion.wal.pulsar;

import io.pandion.model.PandionException;
import io.pandion.wal.TopicRecord;
import io.pandion.wal.WalHeading;
import io.pandion.wal.WalMessage;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.jspecify.annotations.Nullable;

/// How a message lies in a topic: version 2. Properties are texts, as Pulsar wants them; numbers
/// are decimal.
///
/// ```
/// key         vchannel; none for a message about the pchannel itself, and for a fence
/// value       the body, or one part of it; empty for a fence
/// properties
///   kind        insert, delete, upsert, … (WalHeading), or fence
///   tick        number (milliseconds since 1970 << 18 | counter)
///   collection  number, when the body names one
///   partition   number, when the body names one; -1 for all
///   log         "term lsn reign", and when the body did not fit into one message "term lsn reign
///               part/parts"; reign is the position of the writer's fence: "ledger:entry:index in
///               the batch"
/// ```
///
/// A fence has `kind` and `log`, and there the term only. Every property costs the producer and the
/// broker time, which is why one holds what only Pandion reads.
final class PulsarRecords {
  /// Bytes of a body in one message; brokers accept 5 MiB unless they were told otherwise.
  static final int PART_BYTES = 2 << 20;

  private static final String FENCE = "fence";
  private static final String[] ONLY_PART = {"0", "1"};

  private PulsarRecords() {}

  static TypedMessageBuilder<byte[]> fence(Producer<byte[]> producer, long term) {
    return producer
        .newMessage()
        .property("kind", FENCE)
        .property("log", Long.toString(term))
        .value(new byte[0]);
  }

  /// Pulsar's messages that a body takes.
  static int parts(WalMessage message) {
    return Math.max(1, Math.ceilDiv(message.body().size(), PART_BYTES));
  }

  /// @param reign position of the fence
  static TypedMessageBuilder<byte[]> part(
      Producer<byte[]> producer, WalMessage message, WalHeading heading, int part, String reign) {
    int parts = parts(message);
    String place = message.term() + " " + message.lsn() + " " + reign;
    TypedMessageBuilder<byte[]> out =
        producer
            .newMessage()
            .property("kind", heading.kind())
            .property("tick", Long.toString(message.tick()))
            .property("log", parts > 1 ? place + " " + part + "/" + parts : place);
    if (heading.collectionId() != 0) {
      out.property("collection", Long.toString(heading.collectionId()));
    }
    if (heading.partitionId() != 0) {
      out.property("partition", Long.toString(heading.partitionId()));
    }
    if (!message.vchannel().isEmpty()) {
      out.key(message.vchannel());
    }
    int from = part * PART_BYTES;
    byte[] value = new byte[Math.min(PART_BYTES, message.body().size() - from)];
    message.body().encoded().get(from, value);
    return out.value(value);
  }

  /// @throws PandionException CORRUPT_DATA when it is none of ours
  static TopicRecord<String> read(Message<byte[]> message) {
    String position = position(message.getMessageId());
    @Nullable String log = message.getProperty("log");
    String[] place = (log == null ? "" : log).split(" ", 4);
    try {
      long term = Long.parseLong(place[0]);
      if (FENCE.equals(message.getProperty("kind"))) {
        return TopicRecord.fence(position, term);
      }
      if (place.length < 3) {
        throw corrupt(message, "log");
      }
      String[] part = place.length == 3 ? ONLY_PART : place[3].split("/", 2);
      return new TopicRecord<>(
          position,
          place[2],
          term,
          Long.parseLong(place[1]),
          number(message, "tick"),
          message.hasKey() ? message.getKey() : "",
          Integer.parseInt(part[0]),
          Integer.parseInt(part[part.length - 1]),
          message.getData());
    } catch (NumberFormatException e) {
      throw corrupt(message, "log");
    }
  }

  /// A position that is the same for the one who writes and the one who reads, batched or not.
  static String position(MessageId id) {
    MessageIdAdv at = (MessageIdAdv) id;
    return at.getLedgerId() + ":" + at.getEntryId() + ":" + Math.max(0, at.getBatchIndex());
  }

  private static long number(Message<byte[]> message, String name) {
    @Nullable String text = message.getProperty(name);
    try {
      return Long.parseLong(text == null ? "" : text);
    } catch (NumberFormatException e) {
      throw corrupt(message, name);
    }
  }

  private static PandionException corrupt(Message<byte[]> message, String what) {
    return PandionException.corrupt(
        "topic "
            + message.getTopicName()
            + ": the message at "
            + message.getMessageId()
            + " was not written by Pandion, or is damaged: its property "
            + what
            + " is missing or wrong");
  }
}
