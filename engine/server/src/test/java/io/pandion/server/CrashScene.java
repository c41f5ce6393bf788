package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.vector.request.QueryReq;
import io.milvus.v2.service.vector.response.QueryResp.QueryResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What crash tests do with a server: a collection, writers that remember what may be stored, death
/// at a random moment, and a check that what is there is what may be stored. One thread.
final class CrashScene {
  /// What goes on beside the writers until the server dies.
  interface Unrest {
    @Nullable RuntimeException disturb(MilvusClientV2 client, AtomicBoolean dying);
  }

  static final Unrest NONE = (_, _) -> null;

  private final long seed;
  private final Random random;
  private final List<CrashWriter> writers = new ArrayList<>();

  /// @param seed of what the writers write
  /// @param random of the moments of death
  CrashScene(int writers, long seed, Random random) {
    this.seed = seed;
    this.random = random;
    for (int worker = 0; worker < writers; worker++) {
      this.writers.add(new CrashWriter(worker, seed));
    }
  }

  static void create(ServerProcess server) {
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

  static void load(MilvusClientV2 client) {
    client.loadCollection(
        LoadCollectionReq.builder().collectionName(CrashWriter.COLLECTION).build());
  }

  /// Lets all write for a time between two durations, then kills the server.
  void writeAndKill(ServerProcess server, Unrest unrest, Duration least, Duration most)
      throws Exception {
    AtomicBoolean dying = new AtomicBoolean();
    MilvusClientV2 client = server.clientWithoutRetries();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<@Nullable RuntimeException>> failures = new ArrayList<>();
      for (CrashWriter writer : writers) {
        failures.add(threads.submit(() -> writer.write(client, dying::get)));
      }
      failures.add(threads.submit(() -> unrest.disturb(client, dying)));
      LockSupport.parkNanos(random.nextLong(least.toNanos(), most.toNanos()));
      dying.set(true);
      server.kill();
      for (Future<@Nullable RuntimeException> failure : failures) {
        RuntimeException e = failure.get();
        if (e != null) {
          throw new AssertionError("a call failed while the server lived; seed " + seed, e);
        }
      }
    } finally {
      client.close();
    }
  }

  /// Lets all write while something is done to the server, which may end with its death.
  ///
  /// @return how long the slowest acknowledged write took, in nanoseconds
  long writeDuring(ServerProcess server, Callable<?> deed) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    MilvusClientV2 client = server.clientWithoutRetries();
    writers.forEach(CrashWriter::takeLongestNanos);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<@Nullable RuntimeException>> failures = new ArrayList<>();
      for (CrashWriter writer : writers) {
        failures.add(threads.submit(() -> writer.write(client, stop::get)));
      }
      try {
        deed.call();
      } finally {
        stop.set(true);
      }
      for (Future<@Nullable RuntimeException> failure : failures) {
        RuntimeException e = failure.get();
        if (e != null && !server.isDead(Duration.ofSeconds(5))) {
          throw new AssertionError("a call failed while the server lived; seed " + seed, e);
        }
      }
    } finally {
      client.close();
    }
    return writers.stream().mapToLong(CrashWriter::takeLongestNanos).max().orElse(0);
  }

  /// A key that is certain to be there is found, once.
  void checkCertain(MilvusClientV2 client) {
    Long certain = writers.getFirst().certain();
    if (certain != null) {
      assertThat(rows(client, List.of(certain))).as("key %d", certain).hasSize(1);
    }
  }

  /// Every key that was ever written has a version that may be stored, and no other row is there.
  ///
  /// @return how many rows there are
  long check(MilvusClientV2 client) {
    long live = 0;
    for (CrashWriter writer : writers) {
      Map<Long, Long> found = found(client, writer);
      writer.settle(found);
      live += found.size();
    }
    assertThat(count(client)).as("count(*), seed %d", seed).isEqualTo(live);
    return live;
  }

  /// Rows whose writes were acknowledged, counted each time.
  long acknowledged() {
    return writers.stream().mapToLong(CrashWriter::acknowledged).sum();
  }

  private static Map<Long, Long> found(MilvusClientV2 client, CrashWriter writer) {
    Map<Long, Long> found = new HashMap<>();
    List<Long> keys = writer.touched();
    for (int from = 0; from < keys.size(); from += 500) {
      List<Long> asked = keys.subList(from, Math.min(keys.size(), from + 500));
      for (QueryResult row : rows(client, asked)) {
        Map<String, Object> entity = EveryType.answered(row.getEntity());
        if (!(entity.get("id") instanceof Long key
            && entity.get("version") instanceof Long version)) {
          throw new AssertionError("a row without id or version: " + entity);
        }
        assertThat(asked).as("keys asked for").contains(key);
        assertThat(found.put(key, version)).as("key %d is there twice", key).isNull();
        assertThat(entity)
            .as("row of key %d", key)
            .containsEntry("worker", (long) writer.worker())
            .containsEntry("vec", CrashWriter.vector(key, version));
      }
    }
    return found;
  }

  private static List<QueryResult> rows(MilvusClientV2 client, List<Long> keys) {
    String list = keys.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return client
        .query(
            QueryReq.builder()
                .collectionName(CrashWriter.COLLECTION)
                .filter("id in [" + list + "]")
                .outputFields(List.of("id", "worker", "version", "vec"))
                .limit(16_384)
                .build())
        .getQueryResults();
  }

  private static long count(MilvusClientV2 client) {
    Object count =
        client
            .query(
                QueryReq.builder()
                    .collectionName(CrashWriter.COLLECTION)
                    .outputFields(List.of("count(*)"))
                    .build())
            .getQueryResults()
            .getFirst()
            .getEntity()
            .get("count(*)");
    if (!(count instanceof Long value)) {
      throw new AssertionError("count(*) answers " + count);
    }
    return value;
  }
}
