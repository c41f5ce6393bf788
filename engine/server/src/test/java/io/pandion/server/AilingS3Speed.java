package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.grpc.GrpcClients;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.MilvusServiceGrpc.MilvusServiceBlockingStub;
import io.pandion.protocol.Status;
import io.pandion.storage.s3.FaultyS3;
import io.pandion.storage.s3.S3Server;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Measures what a server with the object log takes while S3 answers 10 % of its requests with 500
/// and 5 % with 503, beside what it takes while S3 is well, in turns. No test: run it by its name,
/// see `docs/object-wal.md`; `-Dseconds=5` for each turn.
final class AilingS3Speed {
  private static final int WRITERS = 16;
  private static final int DIMENSION = 128;
  private static final int ROUNDS = 5;

  @TempDir private Path data;
  @TempDir private Path services;

  private final long seconds = Long.getLong("seconds", 5);
  private final AtomicLong keys = new AtomicLong();

  /// Acknowledged rows a second, and the requests of it.
  private record Turn(double rows, double requests, double refused) {}

  @Test
  void beside_a_healthy_one() throws Exception {
    try (S3Server healthy = new S3Server(services);
        FaultyS3 s3 = new FaultyS3(healthy.endpoint(), Long.getLong("seed", 1))) {
      healthy.bucket("pandion");
      Map<String, String> settings =
          Map.of(
              "wal.type", "object",
              "storage.root", "s3a://pandion/speed",
              "storage.endpoint", s3.endpoint().toString(),
              "storage.accessKey", S3Server.KEYS.accessKey(),
              "storage.secretKey", S3Server.KEYS.secretKey());
      try (ServerProcess server = ServerProcess.start("ailing-s3-speed", data, settings)) {
        MilvusServiceBlockingStub stub =
            GrpcClients.builder("gproto+http://127.0.0.1:" + server.port() + "/")
                .responseTimeout(Duration.ofMinutes(2))
                .build(MilvusServiceBlockingStub.class);
        ok(
            stub.createCollection(
                Wire.create("rows", Wire.key("id"), Wire.vector("vec", "" + DIMENSION)).build()));
        for (int batch : new int[] {1, 100}) {
          measure(stub, s3, batch);
        }
      }
    }
  }

  private void measure(MilvusServiceBlockingStub stub, FaultyS3 s3, int batch) throws Exception {
    List<Double> well = new ArrayList<>();
    List<Double> ailing = new ArrayList<>();
    turn(stub, s3, batch);
    for (int round = 0; round < ROUNDS; round++) {
      s3.ail(0, 0);
      well.add(turn(stub, s3, batch).rows());
      s3.ail(0.10, 0.05);
      Turn ill = turn(stub, s3, batch);
      ailing.add(ill.rows());
      System.out.printf(
          "%d rows an insert, round %d: %.0f rows/s well, %.0f ailing (%.0f requests/s, %.0f"
              + " refused)%n",
          batch, round, well.getLast(), ill.rows(), ill.requests(), ill.refused());
    }
    s3.ail(0, 0);
    System.out.printf(
        "%d rows an insert, medians: %.0f rows/s well, %.0f ailing: %.0f %%%n",
        batch, median(well), median(ailing), 100 * median(ailing) / median(well));
  }

  private Turn turn(MilvusServiceBlockingStub stub, FaultyS3 s3, int batch) throws Exception {
    AtomicBoolean ending = new AtomicBoolean();
    AtomicLong rows = new AtomicLong();
    long requests = s3.requests();
    long refused = s3.refused();
    long from = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        writers.add(threads.submit(() -> write(stub, batch, rows, ending)));
      }
      LockSupport.parkNanos(Duration.ofSeconds(seconds).toNanos());
      ending.set(true);
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    double took = (System.nanoTime() - from) / 1e9;
    return new Turn(
        rows.get() / took, (s3.requests() - requests) / took, (s3.refused() - refused) / took);
  }

  private void write(
      MilvusServiceBlockingStub stub, int batch, AtomicLong rows, AtomicBoolean ending) {
    Random random = new Random(keys.get());
    float[] vectors = new float[batch * DIMENSION];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = random.nextFloat();
    }
    FieldData column = Wire.vectors("vec", DIMENSION, vectors);
    while (!ending.get()) {
      long[] ids = new long[batch];
      long first = keys.getAndAdd(batch);
      for (int i = 0; i < batch; i++) {
        ids[i] = first + i;
      }
      ok(
          stub.insert(Wire.insert("rows", batch, List.of(Wire.longs("id", ids), column)))
              .getStatus());
      rows.addAndGet(batch);
    }
  }

  private static void ok(Status status) {
    assertThat(status.getCode()).as(status.getReason()).isZero();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
