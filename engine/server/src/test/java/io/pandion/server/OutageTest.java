package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.StatusRuntimeException;
import io.pandion.protocol.GetLoadingProgressRequest;
import io.pandion.protocol.LoadCollectionRequest;
import io.pandion.protocol.MilvusServiceGrpc.MilvusServiceBlockingStub;
import io.pandion.protocol.QueryResults;
import io.pandion.protocol.Status;
import io.pandion.storage.s3.FaultyS3;
import io.pandion.storage.s3.S3Server;
import io.pandion.wal.kafka.KafkaBroker;
import io.pandion.wal.pulsar.PulsarBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the log is written to is gone for a while, and comes back: no acknowledged row is lost, no
/// row is there twice, the server lives on and takes writes again soon.
///
/// `-Dpandion.outage.seconds=300` is the long one: then writes are refused, too, with a code that
/// says that the same write may succeed later.
@Timeout(1_200)
class OutageTest {
  private static final int WRITERS = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration BACK_WITHIN = Duration.ofSeconds(30);

  /// From here on a log refuses writes: it does not hold more, or has waited long enough.
  private static final Duration STALL = Duration.ofSeconds(30);

  @TempDir Path data;
  @TempDir Path services;

  private final Duration outage =
      Duration.ofSeconds(Integer.getInteger("pandion.outage.seconds", 8));
  private final AtomicLong keys = new AtomicLong();
  private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<Long> unknown = ConcurrentHashMap.newKeySet();
  private final Map<String, AtomicLong> refusals = new ConcurrentHashMap<>();

  private interface Action {
    void run() throws IOException;
  }

  @Test
  void s3() throws Exception {
    try (S3Server healthy = new S3Server(services);
        FaultyS3 s3 = new FaultyS3(healthy.endpoint(), 1)) {
      healthy.bucket("pandion");
      run(
          "s3",
          Map.of(
              "wal.type", "object",
              "storage.root", "s3a://pandion/outage",
              "storage.endpoint", s3.endpoint().toString(),
              "storage.accessKey", S3Server.KEYS.accessKey(),
              "storage.secretKey", S3Server.KEYS.secretKey()),
          () -> s3.gone(true),
          () -> s3.gone(false));
    }
  }

  @Test
  void kafka() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(services)) {
      run(
          "kafka",
          Map.of(
              "wal.type", "kafka",
              "wal.kafka.bootstrap.servers", broker.bootstrapServers(),
              "wal.kafka.topicPrefix", "outage-"),
          broker::kill,
          broker::restart);
    }
  }

  @Test
  void pulsar() throws Exception {
    PulsarBroker broker = PulsarBroker.shared();
    run(
        "pulsar",
        Map.of(
            "wal.type", "pulsar",
            "wal.pulsar.serviceUrl", broker.serviceUrl(),
            "wal.pulsar.topicPrefix", "persistent://public/default/outage-"),
        broker::kill,
        broker::start);
  }

  private void run(String name, Map<String, String> more, Action leave, Action comeBack)
      throws Exception {
    Map<String, String> settings = new HashMap<>(ServerProcess.SMALL_SEGMENTS);
    settings.putAll(more);
    try (ServerProcess server = ServerProcess.start("outage-" + name, data, settings)) {
      MilvusServiceBlockingStub stub = stub(server);
      create(stub);
      AtomicBoolean ending = new AtomicBoolean();
      long back;
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
          writers.add(threads.submit(() -> write(stub, ending)));
        }
        Poll.until("rows before the outage", () -> acknowledged.size() > 200);
        leave.run();
        LockSupport.parkNanos(outage.toNanos());
        assertThat(server.alive()).as("the server lives").isTrue();
        System.out.printf("outage of %s: the server has %s%n", name, server.memory());
        long before = acknowledged.size();
        comeBack.run();
        back = System.nanoTime();
        Poll.until("a row after the outage", () -> acknowledged.size() > before);
        back = System.nanoTime() - back;
        int more200 = acknowledged.size() + 200;
        Poll.until("rows after the outage", () -> acknowledged.size() > more200);
        ending.set(true);
        for (Future<?> writer : writers) {
          writer.get();
        }
      }
      System.out.printf(
          "outage of %s, %d s: back after %d ms, %d rows acknowledged, %d of unknown outcome,"
              + " refused %s%n",
          name,
          outage.toSeconds(),
          back / 1_000_000,
          acknowledged.size(),
          unknown.size(),
          new TreeMap<>(refusals));
      assertThat(back).as("nanoseconds until a write").isLessThan(BACK_WITHIN.toNanos());
      if (outage.compareTo(STALL.plus(PATIENCE.multipliedBy(2))) > 0) {
        assertThat(refusals).as("refused writes").isNotEmpty();
      }
      check(stub);
    }
  }

  private static MilvusServiceBlockingStub stub(ServerProcess server) {
    return GrpcClients.builder("gproto+http://127.0.0.1:" + server.port() + "/")
        .responseTimeout(Duration.ofMinutes(2))
        .maxResponseLength(0)
        .build(MilvusServiceBlockingStub.class);
  }

  private static void create(MilvusServiceBlockingStub stub) {
    ok(
        stub.createCollection(
            Wire.create("rows", Wire.key("id"), Wire.vector("vec", "4")).setShardsNum(2).build()));
    ok(
        stub.createIndex(
            Wire.index("rows", "vec", "by", Map.of("index_type", "FLAT", "metric_type", "L2"))));
    ok(stub.loadCollection(LoadCollectionRequest.newBuilder().setCollectionName("rows").build()));
    Poll.until(
        "load",
        () ->
            stub.getLoadingProgress(
                        GetLoadingProgressRequest.newBuilder().setCollectionName("rows").build())
                    .getProgress()
                == 100);
  }

  private static void ok(Status status) {
    assertThat(status.getCode()).as(status.getReason()).isZero();
  }

  private void write(MilvusServiceBlockingStub stub, AtomicBoolean ending) {
    while (!ending.get()) {
      long key = keys.incrementAndGet();
      Status status;
      try {
        status =
            stub.withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .insert(
                    Wire.insert(
                        "rows",
                        1,
                        List.of(
                            Wire.longs("id", key), Wire.vectors("vec", 4, (float) key, 1, 2, 3))))
                .getStatus();
      } catch (StatusRuntimeException e) {
        unknown.add(key);
        LockSupport.parkNanos(100_000_000);
        continue;
      }
      if (status.getCode() == 0) {
        acknowledged.add(key);
      } else if (status.getRetriable()) {
        // not stored
        refused("retriable code " + status.getCode());
        LockSupport.parkNanos(100_000_000);
      } else {
        assertThat(status.getCode()).as(status.getReason()).isEqualTo(2);
        unknown.add(key);
        refused("outcome unknown");
      }
    }
  }

  private void refused(String how) {
    refusals.computeIfAbsent(how, _ -> new AtomicLong()).incrementAndGet();
  }

  /// What is there was acknowledged or of unknown outcome, once; all that was acknowledged is.
  private void check(MilvusServiceBlockingStub stub) {
    Set<Long> found = new HashSet<>();
    for (long from = 0; from <= keys.get(); from += 10_000) {
      QueryResults rows =
          stub.query(
              Wire.query("rows", "id > " + from + " and id <= " + (from + 10_000), "id").build());
      ok(rows.getStatus());
      for (long key : rows.getFieldsData(0).getScalars().getLongData().getDataList()) {
        assertThat(found.add(key)).as("row %d is there once", key).isTrue();
      }
    }
    assertThat(found).containsAll(acknowledged);
    found.removeAll(acknowledged);
    found.removeAll(unknown);
    assertThat(found).as("rows that were refused").isEmpty();
  }
}
