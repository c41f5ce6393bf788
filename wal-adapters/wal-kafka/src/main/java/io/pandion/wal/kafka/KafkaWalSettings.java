package io.pandion.wal.kafka;

import io.pandion.model.PandionException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Where the logs are, and how new topics are made.
///
/// @param topicPrefix stands before the name of the pchannel in the name of its topic
/// @param replicationFactor of new topics; 0 for three, or as many as there are brokers when those
///   are fewer
/// @param client settings of Kafka's clients as its documentation names them, such as
///   `bootstrap.servers`, `security.protocol`, `sasl.jaas.config`, `compression.type`; given to
///   every producer, consumer and admin client
public record KafkaWalSettings(
    String topicPrefix, int replicationFactor, Map<String, String> client) {
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{0,40}");

  /// What the promises of the log rest on.
  private static final Map<String, String> OURS =
      new TreeMap<>(
          Map.of(
              "acks", "all",
              "enable.idempotence", "true",
              "key.serializer", "the log's own",
              "value.serializer", "the log's own",
              "key.deserializer", "the log's own",
              "value.deserializer", "the log's own",
              "transactional.id", "none",
              "isolation.level", "read_uncommitted",
              "auto.offset.reset", "none",
              "enable.auto.commit", "false"));

  /// @throws PandionException INVALID_REQUEST when bootstrap.servers is missing, or a client
  ///   setting is one that the log must choose itself
  public KafkaWalSettings {
    client = Map.copyOf(client);
    if (!PREFIX.matcher(topicPrefix).matches()) {
      throw invalid(
          "prefix '" + topicPrefix + "' of topics: use at most 40 of A-Z a-z 0-9 . _ - in it");
    }
    if (replicationFactor < 0 || replicationFactor > 100) {
      throw invalid("replication factor " + replicationFactor + ": 1 to 100, or 0 to choose");
    }
    if (client.getOrDefault("bootstrap.servers", "").isBlank()) {
      throw invalid("bootstrap.servers of the Kafka log is not set: name a broker as host:port");
    }
    for (Map.Entry<String, String> ours : OURS.entrySet()) {
      String given = client.get(ours.getKey());
      if (given != null && !given.equals(ours.getValue())) {
        throw invalid(
            "Kafka client setting "
                + ours.getKey()
                + " is '"
                + given
                + "': the log needs "
                + ours.getValue()
                + ", leave it out");
      }
    }
  }

  /// Topics named `pandion-` and the pchannel.
  public static KafkaWalSettings defaults(String bootstrapServers) {
    return new KafkaWalSettings("pandion-", 0, Map.of("bootstrap.servers", bootstrapServers));
  }

  /// Without the values of the client's settings, passwords among them.
  @Override
  public String toString() {
    return "Kafka at "
        + bootstrapServers()
        + ", topics "
        + topicPrefix
        + "*, client settings "
        + new TreeMap<>(client).keySet();
  }

  String bootstrapServers() {
    return client.getOrDefault("bootstrap.servers", "");
  }

  private static PandionException invalid(String message) {
    return new PandionException(
        PandionException.Reason.INVALID_REQUEST, PandionException.Subject.PARAMETER, message);
  }
}
