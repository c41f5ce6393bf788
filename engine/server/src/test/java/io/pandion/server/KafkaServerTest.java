package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.milvus.v2.client.MilvusClientV2;
import io.pandion.wal.kafka.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole server with its log on a real Kafka: SIGKILL under concurrent writers, and every
/// acknowledged row is read back after the restart.
@Timeout(600)
class KafkaServerTest {
  private static final int WRITERS = 3;
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofSeconds(4);

  @TempDir Path data;
  @TempDir Path brokerFiles;

  private final int rounds = Integer.getInteger("pandion.crash.rounds", 3);
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void no_acknowledged_write_is_lost_or_doubled_by_sigkill() throws Exception {
    System.out.println("kafka server test: seed " + seed + ", " + rounds + " rounds");
    CrashScene scene = new CrashScene(WRITERS, seed, random);
    try (KafkaBroker broker = KafkaBroker.start(brokerFiles)) {
      Map<String, String> settings = new HashMap<>(ServerProcess.SMALL_SEGMENTS);
      settings.put("wal.type", "kafka");
      settings.put("wal.kafka.bootstrap.servers", broker.bootstrapServers());
      settings.put("wal.kafka.topicPrefix", "server-test-");
      try (ServerProcess server = ServerProcess.start("kafka", data, settings)) {
        CrashScene.create(server);
        for (int round = 1; round <= rounds; round++) {
          scene.writeAndKill(server, CrashScene.NONE, LEAST, MOST);
          server.restart();
          recover(server, scene, round);
        }
      }
    }
    long acknowledged = scene.acknowledged();
    System.out.println("kafka server test: " + acknowledged + " acknowledged row writes");
    assertThat(acknowledged).isGreaterThan(rounds * 50L);
    assertThat(data.resolve("wal")).as("a local log").doesNotExist();
  }

  private static void recover(ServerProcess server, CrashScene scene, int round) {
    MilvusClientV2 client = server.client();
    try {
      CrashScene.load(client);
      long live = scene.check(client);
      System.out.printf("kafka server test: round %d: %d rows live%n", round, live);
    } finally {
      client.close();
    }
  }
}
