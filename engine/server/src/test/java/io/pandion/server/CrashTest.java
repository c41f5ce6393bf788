package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.storage.s3.FaultyS3;
import io.pandion.storage.s3.S3Server;
import io.pandion.wal.kafka.KafkaBroker;
import io.pandion.wal.pulsar.PulsarBroker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The rounds of [CrashRounds] with each log, on real brokers and a real S3 server that is not
/// well.
///
/// `-Dtest=CrashTest#local -Dpandion.crash.rounds=200` is a campaign; `-Dseed=` repeats the
/// decisions of a run.
@Timeout(20_000)
class CrashTest {
  @TempDir Path data;
  @TempDir Path services;

  private final long seed = Long.getLong("seed", System.nanoTime());

  private static int rounds(int usual) {
    return Integer.getInteger("pandion.crash.rounds", usual);
  }

  private static Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(ServerProcess.SMALL_SEGMENTS);
    settings.putAll(more);
    return settings;
  }

  private void run(String name, boolean losesMeta, int rounds, Map<String, String> settings)
      throws Exception {
    try (ServerProcess server = ServerProcess.start("crash-" + name, data, settings(settings))) {
      new CrashRounds("crash test, " + name + " log", seed, losesMeta).run(server, rounds);
    }
    if (!name.equals("local")) {
      assertThat(data.resolve("wal")).as("a local log").doesNotExist();
    }
  }

  @Test
  void local() throws Exception {
    run("local", true, rounds(6), Map.of());
  }

  @Test
  void object_on_files() throws Exception {
    run("object", false, rounds(3), Map.of("wal.type", "object"));
  }

  @Test
  void object_on_s3_that_refuses_every_seventh_request() throws Exception {
    try (S3Server healthy = new S3Server(services);
        FaultyS3 s3 = new FaultyS3(healthy.endpoint(), seed)) {
      healthy.bucket("pandion");
      s3.ail(0.10, 0.05);
      run(
          "object-s3",
          false,
          rounds(3),
          Map.of(
              "wal.type", "object",
              "storage.root", "s3a://pandion/crash",
              "storage.endpoint", s3.endpoint().toString(),
              "storage.accessKey", S3Server.KEYS.accessKey(),
              "storage.secretKey", S3Server.KEYS.secretKey()));
      System.out.printf(
          "crash test, object-s3 log: %d of %d requests refused%n", s3.refused(), s3.requests());
      assertThat(s3.refused()).isGreaterThan(0);
    }
  }

  @Test
  void object_named_by_the_meta_store_on_s3_that_overwrites() throws Exception {
    try (S3Server healthy = S3Server.unsigned(services);
        FaultyS3 s3 = new FaultyS3(healthy.endpoint(), seed)) {
      healthy.bucket("pandion");
      s3.overlookConditions();
      s3.ail(0.05, 0.02);
      run(
          "object-named",
          false,
          rounds(2),
          Map.of(
              "wal.type",
              "object",
              "wal.commit",
              "meta",
              "storage.root",
              "s3a://pandion/crash",
              "storage.endpoint",
              s3.endpoint().toString(),
              "storage.accessKey",
              S3Server.KEYS.accessKey(),
              "storage.secretKey",
              S3Server.KEYS.secretKey()));
      assertThat(s3.refused()).isGreaterThan(0);
    }
  }

  @Test
  void kafka() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(services)) {
      run(
          "kafka",
          true,
          rounds(3),
          Map.of(
              "wal.type", "kafka",
              "wal.kafka.bootstrap.servers", broker.bootstrapServers(),
              "wal.kafka.topicPrefix", "crash-"));
    }
  }

  @Test
  void pulsar() throws Exception {
    run(
        "pulsar",
        true,
        rounds(3),
        Map.of(
            "wal.type", "pulsar",
            "wal.pulsar.serviceUrl", PulsarBroker.shared().serviceUrl(),
            "wal.pulsar.topicPrefix", "persistent://public/default/crash-"));
  }
}
