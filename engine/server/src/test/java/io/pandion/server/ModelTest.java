package io.pandion.server;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.DropCollectionReq;
import io.pandion.server.CollectionModel.Distance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random operations on a server and on the model: every query, count and exact search agrees at
/// every moment, whatever is growing, sealed, flushed, compacted, loaded or restarted.
///
/// `-Dpandion.model.operations=100000` is the campaign; `-Dseed=` repeats a run.
@SuppressWarnings("NullAway.Init") // the first operation starts the server
class ModelTest {
  /// What is done, and how often among a thousand.
  private enum Operation {
    INSERT(170),
    UPSERT(130),
    DELETE_KEYS(90),
    DELETE_FILTER(25),
    COUNT(170),
    QUERY(120),
    GET(110),
    SEARCH(168),
    FLUSH(8),
    COMPACT(3),
    RELEASE_AND_LOAD(4),
    RESTART(1),
    KILL(1);

    final int weight;

    Operation(int weight) {
      this.weight = weight;
    }

    static Operation any(Random random) {
      int left = random.nextInt(1_000);
      for (Operation operation : values()) {
        left -= operation.weight;
        if (left < 0) {
          return operation;
        }
      }
      throw new AssertionError("weights do not sum to 1000");
    }
  }

  private static final int DIMENSION = 8;
  private static final int KEYS = 3_000;

  @TempDir Path data;

  private final int operations = Integer.getInteger("pandion.model.operations", 3_000);
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Distance distance = List.of(Distance.values()).get(random.nextInt(3));
  private final Map<Operation, Integer> done = new EnumMap<>(Operation.class);
  private final Map<Operation, Long> millis = new EnumMap<>(Operation.class);
  private ServerProcess server;
  private MilvusClientV2 client;
  private TestCollection rows;

  @Test
  void every_answer_agrees_with_the_model() throws Exception {
    System.out.println("model test: seed " + seed + ", " + operations + " operations");
    long from = System.nanoTime();
    server = ServerProcess.start("model", data, ServerProcess.SMALL_SEGMENTS);
    int step = 0;
    try {
      client = server.client();
      create();
      for (step = 1; step <= operations; step++) {
        Operation operation = Operation.any(random);
        long begun = System.nanoTime();
        run(operation);
        done.merge(operation, 1, Integer::sum);
        millis.merge(operation, (System.nanoTime() - begun) / 1_000_000, Long::sum);
      }
      checkAll();
      client.dropCollection(DropCollectionReq.builder().collectionName(rows.name()).build());
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
    } finally {
      client.close();
      server.close();
    }
    System.out.printf(
        "model test: %d operations in %d s: %s; milliseconds of each kind %s;"
            + " %d rows at the end; seed %d%n",
        operations,
        (System.nanoTime() - from) / 1_000_000_000,
        done,
        millis,
        rows.model().size(),
        seed);
  }

  private void create() {
    client.createCollection(
        CreateCollectionReq.builder()
            .collectionName("model")
            .collectionSchema(EveryType.schema(DataType.Int64, DIMENSION))
            .indexParams(
                List.of(
                    IndexParam.builder()
                        .fieldName(EveryType.VECTOR)
                        .indexType(IndexParam.IndexType.FLAT)
                        .metricType(IndexParam.MetricType.valueOf(distance.name()))
                        .build(),
                    IndexParam.builder()
                        .fieldName("num")
                        .indexType(IndexParam.IndexType.STL_SORT)
                        .build(),
                    IndexParam.builder()
                        .fieldName("name")
                        .indexType(IndexParam.IndexType.INVERTED)
                        .build()))
            .consistencyLevel(ConsistencyLevel.STRONG)
            .numShards(2)
            .build());
    rows = new TestCollection(client, "model");
  }

  private void run(Operation operation) throws Exception {
    switch (operation) {
      case INSERT -> insert();
      case UPSERT -> rows.upsert(batch(false));
      case DELETE_KEYS -> rows.delete(keys(10));
      case DELETE_FILTER -> rows.delete(rare());
      case COUNT -> rows.checkCount(random.nextInt(4) == 0 ? ModelFilter.ALL : filter());
      case QUERY -> rows.checkQuery(filter().and(rare()));
      case GET -> rows.checkGet(keys(10));
      case SEARCH ->
          rows.checkExactSearch(
              EveryType.vector(random, DIMENSION),
              distance,
              1 + random.nextInt(20),
              random.nextInt(3) == 0 ? ModelFilter.ALL : filter());
      case FLUSH -> rows.flush();
      case COMPACT -> rows.compact();
      case RELEASE_AND_LOAD -> {
        rows.release();
        rows.load();
      }
      case RESTART -> {
        server.terminate();
        restarted();
      }
      case KILL -> {
        server.kill();
        restarted();
      }
    }
  }

  private void restarted() throws Exception {
    client.close();
    server.restart();
    client = server.client();
    rows = rows.with(client);
    checkAll();
  }

  private void checkAll() {
    rows.checkCount(ModelFilter.ALL);
    rows.checkQuery(ModelFilter.compare(EveryType.KEY, ">=", 0L));
  }

  private void insert() {
    List<Map<String, Object>> batch = batch(true);
    if (!batch.isEmpty()) {
      rows.insert(batch);
    }
  }

  /// @param absent only rows whose keys are not there
  private List<Map<String, Object>> batch(boolean absent) {
    int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 100 : 15);
    Map<Object, Map<String, Object>> batch = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      Object key = (long) random.nextInt(KEYS);
      if (!absent || !rows.model().has(key)) {
        batch.put(key, EveryType.row(random, key, DIMENSION));
      }
    }
    return List.copyOf(batch.values());
  }

  private List<Object> keys(int most) {
    int count = 1 + random.nextInt(most);
    List<Object> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add((long) random.nextInt(KEYS));
    }
    return keys;
  }

  private ModelFilter filter() {
    return EveryType.filter(random);
  }

  /// True for about a twentieth of the rows.
  private ModelFilter rare() {
    return ModelFilter.modulo("small", 20, random.nextInt(20));
  }
}
