package io.pandion.wal.kafka;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The topic of a pchannel: made when it is not there, refused when it could lose what it was told
/// to keep.
final class KafkaTopic {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTopic.class);
  private static final int TRIES = 100;
  private static final long PAUSE_NANOS = 100_000_000;

  private final Admin admin;
  private final String pchannel;
  private final String name;
  private final String brokers;
  private final int replicationFactor;

  KafkaTopic(Admin admin, String pchannel, KafkaWalSettings settings) {
    this.admin = admin;
    this.pchannel = pchannel;
    this.name = settings.topicPrefix() + pchannel;
    this.brokers = settings.bootstrapServers();
    this.replicationFactor = settings.replicationFactor();
  }

  String name() {
    return name;
  }

  /// @throws PandionException UNAVAILABLE_RETRY when no broker answers, INVALID_REQUEST when the
  ///   topic is unsafe
  void ensure() {
    try {
      Optional<TopicDescription> found = describe();
      if (found.isEmpty()) {
        create();
        found = describeNew();
      }
      verify(found.orElseThrow(), settings());
    } catch (ExecutionException e) {
      throw KafkaErrors.channel(
          KafkaErrors.reason(e),
          pchannel,
          "Kafka at " + brokers + " does not tell about topic " + name,
          e.getCause());
    } catch (KafkaException e) {
      throw KafkaErrors.channel(
          KafkaErrors.reason(e), pchannel, "Kafka cannot make topic " + name, e);
    }
  }

  /// Deletes it, if it is there.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when Kafka does not answer, or refuses
  void delete() {
    try {
      KafkaErrors.await(admin.deleteTopics(List.of(name)).all());
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw KafkaErrors.channel(
            Reason.UNAVAILABLE_RETRY,
            pchannel,
            "Kafka does not delete topic " + name,
            e.getCause());
      }
    }
  }

  private Optional<TopicDescription> describe() throws ExecutionException {
    try {
      return Optional.of(
          KafkaErrors.await(
              admin.describeTopics(List.of(name)).topicNameValues().values().iterator().next()));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// A broker may hear of a new topic a moment later.
  private Optional<TopicDescription> describeNew() throws ExecutionException {
    Optional<TopicDescription> found = describe();
    for (int i = 0; found.isEmpty() && i < TRIES; i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      found = describe();
    }
    return found;
  }

  private void create() throws ExecutionException {
    int brokers = KafkaErrors.await(admin.describeCluster().nodes()).size();
    int replicas = replicationFactor == 0 ? Math.min(3, brokers) : replicationFactor;
    NewTopic topic = new NewTopic(name, 1, (short) replicas);
    topic.configs(
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            "-1",
            TopicConfig.RETENTION_BYTES_CONFIG,
            "-1",
            TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
            replicas == 1 ? "1" : "2",
            TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
            "false",
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(8 << 20)));
    try {
      KafkaErrors.await(admin.createTopics(List.of(topic)).all());
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private Config settings() throws ExecutionException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    return KafkaErrors.await(
        admin.describeConfigs(List.of(resource)).values().values().iterator().next());
  }

  private void verify(TopicDescription topic, Config config) {
    List<String> faults = new ArrayList<>();
    if (topic.partitions().size() != 1) {
      faults.add("it has " + topic.partitions().size() + " partitions, which have no common order");
    }
    require(faults, config, TopicConfig.CLEANUP_POLICY_CONFIG, "delete");
    require(faults, config, TopicConfig.RETENTION_MS_CONFIG, "-1");
    require(faults, config, TopicConfig.RETENTION_BYTES_CONFIG, "-1");
    require(faults, config, TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
    long record = number(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
    int least = KafkaRecords.PART_BYTES + KafkaRecords.OVERHEAD;
    if (record < least) {
      faults.add(
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG + " is " + record + ", set it to at least " + least);
    }
    int replicas = topic.partitions().getFirst().replicas().size();
    long inSync = number(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    if (replicas > 1 && inSync < 2) {
      faults.add(
          TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG
              + " is "
              + inSync
              + " with "
              + replicas
              + " replicas: one disk would hold what was acknowledged; set it to 2");
    }
    if (!faults.isEmpty()) {
      throw new PandionException(
          Reason.INVALID_REQUEST,
          PandionException.Subject.CHANNEL,
          "channel "
              + pchannel
              + ": topic "
              + name
              + " is not safe for a log: "
              + String.join("; ", faults));
    }
    if (replicas == 1) {
      LOG.warn(
          "topic {} has one replica: what is acknowledged is lost with that broker's disk", name);
    } else if (inSync >= replicas) {
      LOG.warn(
          "topic {} has {} replicas and needs {} in sync: writes stop with the first broker",
          name,
          replicas,
          inSync);
    }
  }

  private static void require(List<String> faults, Config config, String key, String value) {
    ConfigEntry entry = config.get(key);
    String is = entry == null ? "unknown" : entry.value();
    if (!value.equals(is)) {
      faults.add(key + " is " + is + ", set it to " + value);
    }
  }

  private static long number(Config config, String key) {
    ConfigEntry entry = config.get(key);
    return entry == null ? 0 : Long.parseLong(entry.value());
  }
}
