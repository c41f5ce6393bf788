package io.pandion.server;

import io.pandion.coordinator.CoordinatorSettings;
import io.pandion.streaming.StreamingSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// What a server is told: one record per concern. Directories are absolute, threads at least one.
///
/// @param data directory that holds all others, unless they are set
public record Settings(
    Network network,
    Path data,
    Storage storage,
    Path meta,
    Log wal,
    StreamingSettings streaming,
    CoordinatorSettings coordinator,
    Node queryNode,
    Node dataNode,
    Logging logging) {
  /// Where clients connect.
  public record Network(String host, int port, int maxMessageBytes, Duration idleTimeout) {}

  /// The bucket.
  ///
  /// @param root `file:///directory` or `s3a://bucket/prefix`
  /// @param endpoint of an S3 server that is not AWS; empty for AWS
  /// @param accessKey empty for what the environment offers
  public record Storage(
      URI root,
      String endpoint,
      String region,
      String accessKey,
      String secretKey,
      boolean pathStyle) {
    /// Whether it is on S3.
    boolean remote() {
      return "s3a".equals(root.getScheme());
    }

    @Override
    public String toString() {
      return "Storage[" + root + "]";
    }
  }

  /// The write-ahead log.
  ///
  /// @param type which of the logs is used: `local`, `object`, `kafka` or `pulsar`
  /// @param window of the log in the bucket: time between two objects
  /// @param commit of the log in the bucket, what makes sure that an object is created once only:
  ///   `store` or `meta`
  /// @param brokers keys and values below `wal.kafka.` and `wal.pulsar.`, with the whole key
  public record Log(
      String type,
      Path directory,
      long segmentBytes,
      int groupBytes,
      int preallocateBytes,
      Duration window,
      String commit,
      Map<String, Object> brokers) {}

  /// A node that works on files.
  public record Node(int threads, Path directory) {}

  /// What is logged, and how.
  public record Logging(String level, String libraries, boolean json) {}

  /// The defaults, with everything below one directory and any free port.
  public static Settings below(Path data) {
    return SettingsSource.settings(
        null,
        Map.of(),
        Map.of("data.directory", data.toAbsolutePath().toString(), "server.port", "0"),
        data);
  }

  static Settings of(Map<String, Object> values, Path home) {
    Reader in = new Reader(values);
    Path data = home.toAbsolutePath().resolve(in.text("data.directory")).normalize();
    String root = in.text("storage.root");
    return new Settings(
        new Network(
            in.text("server.host"),
            in.count("server.port"),
            in.count("server.maxMessageBytes"),
            Duration.ofMillis(in.number("server.idleTimeout"))),
        data,
        new Storage(
            root.isEmpty() ? data.resolve("bucket").toUri() : URI.create(root),
            in.text("storage.endpoint"),
            in.text("storage.region"),
            in.text("storage.accessKey"),
            in.text("storage.secretKey"),
            in.text("storage.pathStyle").equals("true")),
        in.directory("meta.directory", data, "meta"),
        new Log(
            in.text("wal.type"),
            in.directory("wal.directory", data, "wal"),
            in.number("wal.segmentBytes"),
            in.count("wal.groupBytes"),
            in.count("wal.preallocateBytes"),
            Duration.ofMillis(in.number("wal.window")),
            in.text("wal.commit"),
            in.brokers()),
        streaming(in),
        coordinator(in),
        new Node(
            in.threads("queryNode.threads"),
            in.directory("queryNode.cacheDirectory", data, "cache")),
        new Node(
            in.threads("dataNode.threads"), in.directory("dataNode.workDirectory", data, "work")),
        new Logging(
            in.text("log.level"), in.text("log.libraries"), in.text("log.format").equals("json")));
  }

  private static StreamingSettings streaming(Reader in) {
    return new StreamingSettings(
        in.count("streaming.segmentMaxRows"),
        in.number("streaming.segmentMaxBytes"),
        in.number("streaming.segmentMaxAge"),
        in.number("streaming.growingMaxBytes"),
        in.count("streaming.deleteBufferRows"),
        in.number("streaming.deleteMaxAge"),
        in.number("streaming.queueMaxBytes"));
  }

  private static CoordinatorSettings coordinator(Reader in) {
    return new CoordinatorSettings(
        in.count("coordinator.channels"),
        in.number("coordinator.tickWindow"),
        in.number("coordinator.gcDelay"),
        in.number("coordinator.smallSegmentBytes"),
        in.number("coordinator.largestSegmentBytes"),
        in.count("coordinator.mergeWidth"),
        in.count("coordinator.deltaLimit"),
        in.count("coordinator.taskAttempts"),
        in.number("coordinator.retryDelay"),
        in.number("coordinator.deleteRetention"),
        in.number("coordinator.planPeriod"));
  }

  /// Values by key, already checked.
  private record Reader(Map<String, Object> values) {
    String text(String key) {
      return (String) java.util.Objects.requireNonNull(values.get(key), key);
    }

    long number(String key) {
      return (Long) java.util.Objects.requireNonNull(values.get(key), key);
    }

    int count(String key) {
      return Math.toIntExact(number(key));
    }

    Map<String, Object> brokers() {
      Map<String, Object> found = new HashMap<>(values);
      found.keySet().removeIf(key -> !SettingKeys.isOfClient(key));
      return Map.copyOf(found);
    }

    int threads(String key) {
      int threads = count(key);
      return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    Path directory(String key, Path data, String standard) {
      String text = text(key);
      return data.resolve(text.isEmpty() ? standard : text).normalize();
    }
  }
}
