package io.pandion.wal.pulsar;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;

/// The topic of one pchannel, to be read and truncated. Any number of threads.
///
/// A durable subscription holds what is not truncated: Pulsar keeps what a subscription has not
/// acknowledged, and removes whole ledgers of what it has.
final class PulsarLog {
  private static final String SUBSCRIPTION = "pandion-wal";
  private static final int PATIENCE_SECONDS = 60;

  private final String pchannel;
  private final String topic;
  private final PulsarClient client;

  PulsarLog(String pchannel, String topic, PulsarClient client) {
    this.pchannel = pchannel;
    this.topic = topic;
    this.client = client;
  }

  String pchannel() {
    return pchannel;
  }

  String topic() {
    return topic;
  }

  PulsarClient client() {
    return client;
  }

  /// Makes the subscription when it is not there, before anything is written.
  void hold() throws PulsarClientException {
    subscribe().close();
  }

  /// Removes the subscription, and with it the claim to what the topic holds.
  void letGo() throws PulsarClientException {
    try (Consumer<byte[]> consumer = subscribe()) {
      consumer.unsubscribe();
    }
  }

  private Consumer<byte[]> subscribe() throws PulsarClientException {
    return client
        .newConsumer(Schema.BYTES)
        .topic(topic)
        .subscriptionName(SUBSCRIPTION)
        .subscriptionType(SubscriptionType.Failover)
        .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
        .receiverQueueSize(1)
        .subscribe();
  }

  /// Removes everything up to a position, that one too.
  void removeUpTo(MessageId position) throws PulsarClientException {
    try (Consumer<byte[]> consumer = subscribe()) {
      consumer.acknowledgeCumulative(position);
    }
  }

  Cursor cursor(MessageId from) {
    return new Cursor(from);
  }

  PandionException unreadable(Exception e) {
    return PulsarErrors.channel(
        Reason.UNAVAILABLE_RETRY, pchannel, "cannot read topic " + topic, e);
  }

  /// Walks along the messages from a position, that one too. One thread.
  final class Cursor implements AutoCloseable {
    private final Reader<byte[]> reader;

    private Cursor(MessageId from) {
      try {
        reader =
            client
                .newReader(Schema.BYTES)
                .topic(topic)
                .startMessageId(from)
                .startMessageIdInclusive()
                .create();
      } catch (PulsarClientException e) {
        throw unreadable(e);
      }
    }

    boolean hasNext() {
      try {
        return reader.hasMessageAvailable();
      } catch (PulsarClientException e) {
        throw unreadable(e);
      }
    }

    /// The next message; waits for it.
    ///
    /// @throws PandionException UNAVAILABLE_RETRY when it does not come
    Message<byte[]> next() {
      try {
        Message<byte[]> message = reader.readNext(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
          throw PulsarErrors.channel(
              Reason.UNAVAILABLE_RETRY, pchannel, "topic " + topic + " gives no more", null);
        }
        return message;
      } catch (PulsarClientException e) {
        throw unreadable(e);
      }
    }

    @Override
    public void close() {
      // Its answer is of no use, and waiting for it takes longer than a short read.
      var _ = reader.closeAsync();
    }
  }
}
