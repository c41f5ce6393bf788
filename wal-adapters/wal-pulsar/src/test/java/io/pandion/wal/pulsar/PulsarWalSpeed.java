package io.pandion.wal.pulsar;

import io.pandion.wal.WalRace;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SizeUnit;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.junit.jupiter.api.Test;

/// The log beside Pulsar's bare producer with the same settings; with `-Dheaders=true` a message of
/// that one has properties as long as the log's. No test: run it by its name, see
/// `docs/benchmarks.md`; `-DserviceUrl=pulsar://host:port` for a broker that is there.
final class PulsarWalSpeed {
  @Test
  void beside_the_bare_producer() throws Exception {
    String there = System.getProperty("serviceUrl", "");
    String url = there.isEmpty() ? PulsarBroker.shared().serviceUrl() : there;
    AtomicInteger topics = new AtomicInteger();
    try (PulsarClient client =
            PulsarClient.builder().serviceUrl(url).memoryLimit(0, SizeUnit.BYTES).build();
        PulsarWalProvider provider =
            new PulsarWalProvider(
                new PulsarWalSettings(
                    "persistent://public/default/speed-", Map.of("serviceUrl", url)),
                System::nanoTime)) {
      new WalRace(provider, bytes -> bare(client, topics.incrementAndGet(), bytes)).run();
    }
  }

  private static WalRace.Log bare(PulsarClient client, int topic, int bytes) {
    Producer<byte[]> producer;
    try {
      producer =
          client
              .newProducer(Schema.BYTES)
              .topic("persistent://public/default/bare-" + topic)
              .batchingMaxBytes(1 << 20)
              .batchingMaxMessages(4_096)
              .batchingMaxPublishDelay(1, TimeUnit.MILLISECONDS)
              .maxPendingMessages(0)
              .create();
    } catch (PulsarClientException e) {
      throw new IllegalStateException(e);
    }
    byte[] value = WalRace.value(bytes);
    boolean headers = Boolean.getBoolean("headers");
    return new WalRace.Log() {
      @Override
      public CompletableFuture<?> append() {
        TypedMessageBuilder<byte[]> message = producer.newMessage().key(WalRace.KEY).value(value);
        if (headers) {
          message
              .property("kind", "other")
              .property("tick", "1000000")
              .property("log", "1 1000000 10:200:0");
        }
        return message.sendAsync();
      }

      @Override
      public void close() {
        producer.closeAsync().join();
      }
    };
  }
}
