package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.pandion.wal.kafka.KafkaBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole server with its log on a real Kafka: SIGKILL under concurrent writers, also while the
/// broker is down for a moment, and every acknowledged row is read back after the restart.
@Timeout(600)
class KafkaServerTest {
  private static final int WRITERS = 3;

  @TempDir Path data;
  @TempDir Path brokerFiles;

  private final int rounds = Integer.getInteger("pandion.crash.rounds", 3);
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void no_acknowledged_write_is_lost_or_doubled_by_sigkill() throws Exception {
    System.out.println("kafka server test: seed " + seed + ", " + rounds + " rounds");
    List<CrashWriter> writers = new ArrayList<>();
    for (int worker = 0; worker < WRITERS; worker++) {
      writers.add(new CrashWriter(worker, seed));
    }
    try (KafkaBroker broker = KafkaBroker.start(brokerFiles)) {
      Map<String, String> settings = new HashMap<>(ServerProcess.SMALL_SEGMENTS);
      settings.put("wal.type", "kafka");
      settings.put("wal.kafka.bootstrap.servers", broker.bootstrapServers());
      settings.put("wal.kafka.topicPrefix", "server-test-");
      try (ServerProcess server = ServerProcess.start("kafka", data, settings)) {
        create(server);
        for (int round = 1; round <= rounds; round++) {
          writeAndKill(server, writers);
          server.restart();
          recover(server, writers, round);
        }
      }
    }
    long acknowledged = writers.stream().mapToLong(CrashWriter::acknowledged).sum();
    System.out.println("kafka server test: " + acknowledged + " acknowledged row writes");
    assertThat(acknowledged).isGreaterThan(rounds * 50L);
    assertThat(data.resolve("wal")).as("a local log").doesNotExist();
  }

  private static void create(ServerProcess server) {
    CreateCollectionReq.CollectionSchema schema = MilvusClientV2.CreateSchema();
    schema.addField(EveryType.key(DataType.Int64));
    schema.addField(EveryType.field("worker", DataType.Int32));
    schema.addField(EveryType.field("version", DataType.Int64));
    schema.addField(EveryType.vector("vec", CrashWriter.DIMENSION));
    MilvusClientV2 client = server.client();
    client.createCollection(
        CreateCollectionReq.builder()
            .collectionName(CrashWriter.COLLECTION)
            .collectionSchema(schema)
            .indexParam(
                IndexParam.builder()
                    .fieldName("vec")
                    .indexType(IndexParam.IndexType.HNSW)
                    .metricType(IndexParam.MetricType.L2)
                    .extraParams(Map.of("M", 8, "efConstruction", 32))
                    .build())
            .numShards(2)
            .consistencyLevel(ConsistencyLevel.STRONG)
            .build());
    client.close();
  }

  private void writeAndKill(ServerProcess server, List<CrashWriter> writers) throws Exception {
    AtomicBoolean dying = new AtomicBoolean();
    MilvusClientV2 client = server.clientWithoutRetries();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<RuntimeException>> failures = new ArrayList<>();
      for (CrashWriter writer : writers) {
        failures.add(threads.submit(() -> writer.write(client, dying::get)));
      }
      LockSupport.parkNanos(random.nextLong(1_000_000_000L, 4_000_000_000L));
      dying.set(true);
      server.kill();
      for (Future<RuntimeException> failure : failures) {
        RuntimeException e = failure.get();
        if (e != null) {
          throw new AssertionError("a call failed while the server lived; seed " + seed, e);
        }
      }
    } finally {
      client.close();
    }
  }

  private void recover(ServerProcess server, List<CrashWriter> writers, int round) {
    MilvusClientV2 client = server.client();
    try {
      client.loadCollection(
          LoadCollectionReq.builder().collectionName(CrashWriter.COLLECTION).build());
      long live = 0;
      for (CrashWriter writer : writers) {
        Map<Long, Long> found = CrashTest.found(client, writer);
        writer.settle(found);
        live += found.size();
      }
      assertThat(CrashTest.count(client))
          .as("count(*) after round %d, seed %d", round, seed)
          .isEqualTo(live);
      System.out.printf("kafka server test: round %d: %d rows live%n", round, live);
    } finally {
      client.close();
    }
  }
}
