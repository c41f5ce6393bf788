package io.pandion.server;

import io.pandion.model.PandionException;
import io.pandion.server.SettingKey.Amount;
import io.pandion.server.SettingKey.Choice;
import io.pandion.server.SettingKey.Kind;
import io.pandion.server.SettingKey.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Every key that a server knows. What each means stands in `pandion.yaml`, where a test checks
/// that the file and this list agree.
final class SettingKeys {
  private static final long GIB = 1L << 30;
  private static final long DAY = 86_400_000;
  private static final int TYPOS = 2;
  private static final Kind DIRECTORY = new Text(Pattern.compile(".*"), "a directory");
  private static final Kind BROKERS = new Text(Pattern.compile("\\S*"), "addresses of brokers");
  private static final Kind TOPICS = new Text(Pattern.compile("\\S*"), "the begin of a name");
  private static final Kind CLIENT = new Text(Pattern.compile("(?s).*"), "any text");
  private static final Kind THREADS = Amount.count(0, 1_024);

  static final Map<String, SettingKey> ALL = all();

  private SettingKeys() {}

  private static Map<String, SettingKey> all() {
    Map<String, SettingKey> keys = new LinkedHashMap<>();
    for (SettingKey key :
        List.of(
            new SettingKey(
                "server.host", new Text(Pattern.compile("\\S+"), "an address"), "127.0.0.1"),
            new SettingKey("server.port", Amount.count(0, 65_535), "19530"),
            new SettingKey("server.maxMessageBytes", Amount.bytes(1 << 20, GIB), "64MiB"),
            new SettingKey("server.idleTimeout", Amount.time(1_000, 30 * DAY), "1h"),
            new SettingKey(
                "data.directory", new Text(Pattern.compile(".+"), "a directory"), "data"),
            new SettingKey(
                "storage.root",
                new Text(
                    Pattern.compile("|file:///.+|s3a://[a-z0-9][a-z0-9.-]+(/[^/]+)*"),
                    "file:///directory, s3a://bucket/prefix, or nothing"),
                ""),
            new SettingKey(
                "storage.endpoint",
                new Text(Pattern.compile("|https?://\\S+"), "http://host:port, or nothing"),
                ""),
            new SettingKey(
                "storage.region", new Text(Pattern.compile("\\S+"), "a region"), "us-east-1"),
            new SettingKey(
                "storage.accessKey", new Text(Pattern.compile("\\S*"), "a key, or nothing"), ""),
            new SettingKey(
                "storage.secretKey", new Text(Pattern.compile("\\S*"), "a key, or nothing"), ""),
            new SettingKey("storage.pathStyle", new Choice(List.of("true", "false")), "true"),
            new SettingKey("meta.directory", DIRECTORY, ""),
            new SettingKey(
                "wal.type", new Choice(List.of("local", "object", "kafka", "pulsar")), "local"),
            new SettingKey("wal.directory", DIRECTORY, ""),
            new SettingKey("wal.segmentBytes", Amount.bytes(1 << 20, GIB), "64MiB"),
            new SettingKey("wal.groupBytes", Amount.bytes(1 << 10, 256 << 20), "8MiB"),
            new SettingKey("wal.preallocateBytes", Amount.bytes(0, 64 << 20), "1MiB"),
            new SettingKey("wal.window", Amount.time(5, 10_000), "20ms"),
            new SettingKey("wal.commit", new Choice(List.of("store", "meta")), "store"),
            new SettingKey("wal.kafka.bootstrap.servers", BROKERS, ""),
            new SettingKey("wal.kafka.topicPrefix", TOPICS, "pandion-"),
            new SettingKey("wal.kafka.replicationFactor", Amount.count(0, 100), "0"),
            new SettingKey("wal.pulsar.serviceUrl", BROKERS, ""),
            new SettingKey(
                "wal.pulsar.topicPrefix", TOPICS, "persistent://public/default/pandion-"),
            new SettingKey("streaming.segmentMaxRows", Amount.count(1, 100_000_000), "1000000"),
            new SettingKey("streaming.segmentMaxBytes", Amount.bytes(1 << 20, 16 * GIB), "256MiB"),
            new SettingKey("streaming.segmentMaxAge", Amount.time(1_000, 30 * DAY), "10m"),
            new SettingKey("streaming.growingMaxBytes", Amount.bytes(1 << 20, 256 * GIB), "512MiB"),
            new SettingKey("streaming.deleteBufferRows", Amount.count(1, 100_000_000), "100000"),
            new SettingKey("streaming.deleteMaxAge", Amount.time(1_000, 30 * DAY), "10m"),
            new SettingKey("streaming.queueMaxBytes", Amount.bytes(1 << 20, 16 * GIB), "256MiB"),
            new SettingKey("coordinator.channels", Amount.count(1, 1_024), "4"),
            new SettingKey("coordinator.tickWindow", Amount.time(100, 600_000), "10s"),
            new SettingKey("coordinator.gcDelay", Amount.time(0, 365 * DAY), "1d"),
            new SettingKey("coordinator.smallSegmentBytes", Amount.bytes(0, 16 * GIB), "128MiB"),
            new SettingKey(
                "coordinator.largestSegmentBytes", Amount.bytes(1 << 20, 64 * GIB), "1GiB"),
            new SettingKey("coordinator.mergeWidth", Amount.count(2, 1_000), "4"),
            new SettingKey("coordinator.deltaLimit", Amount.count(1, 1_000), "16"),
            new SettingKey("coordinator.taskAttempts", Amount.count(1, 100), "5"),
            new SettingKey("coordinator.retryDelay", Amount.time(1, 3_600_000), "1s"),
            new SettingKey("coordinator.deleteRetention", Amount.time(0, 30 * DAY), "1m"),
            new SettingKey("coordinator.planPeriod", Amount.time(100, 3_600_000), "30s"),
            new SettingKey("queryNode.threads", THREADS, "0"),
            new SettingKey("queryNode.cacheDirectory", DIRECTORY, ""),
            new SettingKey("dataNode.threads", THREADS, "0"),
            new SettingKey("dataNode.workDirectory", DIRECTORY, ""),
            new SettingKey(
                "log.level",
                new Choice(List.of("trace", "debug", "info", "warn", "error", "off")),
                "info"),
            new SettingKey(
                "log.libraries",
                new Choice(List.of("trace", "debug", "info", "warn", "error", "off")),
                "warn"),
            new SettingKey("log.format", new Choice(List.of("text", "json")), "text"))) {
      keys.put(key.name(), key);
    }
    return Map.copyOf(keys);
  }

  /// The key of that name.
  ///
  /// @param source where the name stands, for the error
  /// @throws PandionException INVALID_REQUEST PARAMETER, with the nearest known key
  static SettingKey get(String name, String source) {
    SettingKey key = ALL.get(name);
    if (key == null && isOfClient(name)) {
      return new SettingKey(name, CLIENT, "");
    }
    if (key == null) {
      throw unknown("setting '" + name + "' in " + source, nearest(name, ALL.keySet()));
    }
    return key;
  }

  /// Whether a name is one of the settings of Kafka's or Pulsar's own client, which those know.
  static boolean isOfClient(String name) {
    return name.matches("wal\\.(kafka|pulsar)\\..+");
  }

  static PandionException unknown(String what, @Nullable String nearest) {
    return new PandionException(
        PandionException.Reason.INVALID_REQUEST,
        PandionException.Subject.PARAMETER,
        what + " is not known" + (nearest == null ? "" : "; did you mean '" + nearest + "'?"));
  }

  /// The name with the fewest edits, the first in the alphabet among equals. A name without a dot
  /// that is close to what follows a dot counts as such: somebody forgot the heading.
  static @Nullable String nearest(String name, Iterable<String> known) {
    String best = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int edits = edits(name, candidate);
      if (name.indexOf('.') < 0 && candidate.indexOf('.') > 0 && !isOfClient(candidate)) {
        int behind = edits(name, candidate.substring(candidate.lastIndexOf('.') + 1));
        edits = behind <= TYPOS ? behind : edits;
      }
      if (edits < least || (edits == least && best != null && candidate.compareTo(best) < 0)) {
        least = edits;
        best = candidate;
      }
    }
    return best;
  }

  /// Levenshtein's distance.
  private static int edits(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
