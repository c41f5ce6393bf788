package io.pandion.wal.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalHeading;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalPayload;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What lies in a topic, what topics are refused, and what strange records do.
@Timeout(120)
final class KafkaTopicTest {
  private static final Map<String, String> SAFE =
      Map.of(
          "retention.ms", "-1",
          "retention.bytes", "-1",
          "unclean.leader.election.enable", "false");

  private static Admin admin() {
    return Admin.create(
        Map.<String, Object>of("bootstrap.servers", SharedBroker.get().bootstrapServers()));
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", SharedBroker.get().bootstrapServers()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(String topic, int count) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", SharedBroker.get().bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<ConsumerRecord<byte[], byte[]>> out = new ArrayList<>();
      for (int i = 0; i < 60 && out.size() < count; i++) {
        consumer.poll(Duration.ofMillis(500)).forEach(out::add);
      }
      return out;
    }
  }

  @Test
  void a_new_topic_keeps_everything_and_has_one_partition() throws Exception {
    try (KafkaWalProvider provider =
            new KafkaWalProvider(SharedBroker.settings("new-"), System::nanoTime);
        Admin admin = admin()) {
      provider.open("c", 1).close();
      assertThat(
              admin
                  .describeTopics(List.of("new-c"))
                  .allTopicNames()
                  .get()
                  .values()
                  .iterator()
                  .next()
                  .partitions())
          .hasSize(1);
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "new-c");
      Config config =
          admin.describeConfigs(List.of(resource)).all().get().values().iterator().next();
      SAFE.forEach((key, value) -> assertThat(value(config, key)).as(key).isEqualTo(value));
      assertThat(value(config, "cleanup.policy")).isEqualTo("delete");
    }
  }

  private static String value(Config config, String key) {
    var entry = config.get(key);
    return entry == null ? "" : entry.value();
  }

  @Test
  void an_existing_topic_that_could_lose_a_message_is_refused_with_every_fault() throws Exception {
    Map<String, NewTopic> topics = new HashMap<>();
    topics.put("it has 2 partitions", topic("unsafe-0", 2, SAFE));
    topics.put(
        "cleanup.policy is compact", topic("unsafe-1", 1, with("cleanup.policy", "compact")));
    topics.put(
        "retention.ms is 604800000", topic("unsafe-2", 1, with("retention.ms", "604800000")));
    topics.put("retention.bytes is 1000", topic("unsafe-3", 1, with("retention.bytes", "1000")));
    topics.put(
        "unclean.leader.election.enable is true",
        topic("unsafe-4", 1, with("unclean.leader.election.enable", "true")));
    topics.put(
        "max.message.bytes is 100000", topic("unsafe-5", 1, with("max.message.bytes", "100000")));
    try (KafkaWalProvider provider =
            new KafkaWalProvider(SharedBroker.settings("unsafe-"), System::nanoTime);
        Admin admin = admin()) {
      admin.createTopics(topics.values()).all().get();
      topics.forEach(
          (fault, topic) ->
              assertThatThrownBy(() -> provider.open(topic.name().substring(7), 1))
                  .isInstanceOfSatisfying(
                      PandionException.class,
                      e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_REQUEST))
                  .hasMessageContaining(topic.name())
                  .hasMessageContaining(fault));
    }
  }

  private static Map<String, String> with(String key, String value) {
    Map<String, String> out = new HashMap<>(SAFE);
    out.put(key, value);
    return out;
  }

  private static NewTopic topic(String name, int partitions, Map<String, String> config) {
    return new NewTopic(name, partitions, (short) 1).configs(config);
  }

  @Test
  void others_can_read_the_headers_of_a_message() {
    try (KafkaWalProvider provider =
        new KafkaWalProvider(SharedBroker.settings("open-"), System::nanoTime)) {
      Wal wal = provider.open("c", 4);
      wal.append(
              List.of(
                  new WalMessage(
                      1, 4, 77, "c_v0", WalBody.of(new WalPayload.DropPartition(42, 43))),
                  new WalMessage(2, 4, 78, "", WalBody.of(new WalPayload.RecoveryBarrier()))))
          .join();
      List<ConsumerRecord<byte[], byte[]>> found = records("open-c", 3);
      assertThat(found).hasSize(3);
      assertThat(text(found.get(0), "kind")).isEqualTo("fence");
      assertThat(number(found.get(0), "log")).isEqualTo(4);
      ConsumerRecord<byte[], byte[]> drop = found.get(1);
      assertThat(new String(drop.key(), StandardCharsets.UTF_8)).isEqualTo("c_v0");
      assertThat(text(drop, "kind")).isEqualTo("drop-partition");
      ByteBuffer log = ByteBuffer.wrap(drop.headers().lastHeader("log").value());
      assertThat(log.asLongBuffer()).isEqualTo(LongBuffer.wrap(new long[] {4, 1, 0, 1}));
      assertThat(number(drop, "tick")).isEqualTo(77);
      assertThat(number(drop, "collection")).isEqualTo(42);
      assertThat(number(drop, "partition")).isEqualTo(43);
      assertThat(text(found.get(2), "kind")).isEqualTo("recovery-barrier");
      assertThat(found.get(2).headers().lastHeader("collection")).isNull();
      assertThat(found.get(2).key()).isNull();
    }
  }

  private static String text(ConsumerRecord<byte[], byte[]> record, String header) {
    return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
  }

  private static long number(ConsumerRecord<byte[], byte[]> record, String header) {
    return ByteBuffer.wrap(record.headers().lastHeader(header).value()).getLong();
  }

  /// What a fenced owner had under way may arrive at any time, as often as it likes.
  @Test
  void late_records_of_an_older_owner_neither_stop_the_owner_nor_are_seen() {
    String topic = "late-c";
    try (KafkaWalProvider provider =
            new KafkaWalProvider(SharedBroker.settings("late-"), System::nanoTime);
        KafkaProducer<byte[], byte[]> zombie = producer()) {
      Wal old = provider.open("c", 1);
      Messages.append(old, 1, 5);
      Wal wal = provider.open("c", 2);
      for (int round = 0; round < 20; round++) {
        Messages.append(wal, 2, 1 + round % 3);
        for (int i = 0; i < 1 + round % 4; i++) {
          WalMessage late = Messages.message(1, 6 + i);
          var _ =
              zombie.send(KafkaRecords.part(topic, late, WalHeading.of(late.body()), 0, 0, 6 + i));
        }
        if (round % 5 == 0) {
          var _ = zombie.send(KafkaRecords.fence(topic, 1));
        }
        zombie.flush();
      }
      long next = wal.nextLsn();
      assertThat(Messages.lsns(wal, 1)).hasSize((int) next - 1).isSorted();
      for (long from = 1; from < next; from += 3) {
        assertThat(Messages.lsns(wal, from).getFirst()).isEqualTo(from);
      }
      wal.truncate(20);
      wal.close();
      Wal again = provider.open("c", 3);
      assertThat(again.nextLsn()).isEqualTo(next);
      Messages.append(again, 3, 2);
      List<Long> rest = Messages.lsns(again, 20);
      assertThat(rest).startsWith(20L).endsWith(next + 1).hasSize((int) next - 18);
    }
  }

  @Test
  void a_record_of_somebody_else_is_told_and_not_passed_over() throws Exception {
    try (KafkaWalProvider provider =
            new KafkaWalProvider(SharedBroker.settings("alien-"), System::nanoTime);
        KafkaProducer<byte[], byte[]> alien = producer()) {
      Wal wal = provider.open("c", 1);
      Messages.append(wal, 1, 2);
      alien.send(new ProducerRecord<>("alien-c", 0, null, new byte[] {1})).get();
      wal.close();
      assertThatThrownBy(() -> provider.open("c", 2))
          .isInstanceOfSatisfying(
              PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA))
          .hasMessageContaining("alien-c")
          .hasMessageContaining("offset 3");
    }
  }

  @Test
  void truncation_deletes_records_but_not_under_a_reader() throws Exception {
    try (KafkaWalProvider provider =
            new KafkaWalProvider(SharedBroker.settings("cut-"), System::nanoTime);
        Admin admin = admin()) {
      Wal wal = provider.open("c", 1);
      Messages.append(wal, 1, 30);
      try (var reader = wal.read(5)) {
        WalMessage first = reader.next();
        assertThat(first == null ? -1 : first.lsn()).isEqualTo(5);
        wal.truncate(25);
        awaitBegin(admin, 6);
        WalMessage second = reader.next();
        assertThat(second == null ? -1 : second.lsn()).isEqualTo(6);
      }
      awaitBegin(admin, 25);
      assertThat(Messages.lsns(wal, 1)).startsWith(25L).hasSize(6);
    }
  }

  private static void awaitBegin(Admin admin, long offset) throws Exception {
    TopicPartition partition = new TopicPartition("cut-c", 0);
    long deadline = System.nanoTime() + 30_000_000_000L;
    long begin = -1;
    while (begin != offset && System.nanoTime() < deadline) {
      LockSupport.parkNanos(20_000_000);
      begin =
          admin
              .listOffsets(Map.of(partition, OffsetSpec.earliest()))
              .partitionResult(partition)
              .get()
              .offset();
    }
    assertThat(begin).isEqualTo(offset);
  }

  @Test
  void wrong_settings_and_brokers_that_are_not_there_are_told() {
    assertThatThrownBy(() -> KafkaWalSettings.defaults(" "))
        .hasMessageContaining("bootstrap.servers");
    assertThatThrownBy(
            () -> new KafkaWalSettings("p-", 0, Map.of("bootstrap.servers", "h:1", "acks", "1")))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("acks")
        .hasMessageContaining("'1'");
    assertThatThrownBy(() -> new KafkaWalSettings("a b", 0, Map.of("bootstrap.servers", "h:1")))
        .hasMessageContaining("'a b'");
    for (Map<String, String> wrong :
        List.of(
            Map.of("security.protocol", "NONE"),
            Map.of("request.timeout.ms", "soon"),
            Map.of("max.in.flight.requests.per.connection", "9"))) {
      try (KafkaWalProvider provider =
          new KafkaWalProvider(SharedBroker.settings("w-", wrong), System::nanoTime)) {
        assertThatThrownBy(() -> provider.open("c", 1))
            .isInstanceOfSatisfying(
                PandionException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_REQUEST))
            .hasMessageContaining(wrong.keySet().iterator().next());
      }
    }
    try (KafkaWalProvider provider =
        new KafkaWalProvider(
            SharedBroker.settings(
                "w-",
                Map.of(
                    "bootstrap.servers", "127.0.0.1:1",
                    "default.api.timeout.ms", "3000")),
            System::nanoTime)) {
      assertThatThrownBy(() -> provider.open("c", 1))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY));
    }
  }
}
