package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.DescribeCollectionReq;
import io.milvus.v2.service.utility.request.GetPersistentSegmentInfoReq;
import io.milvus.v2.service.utility.response.GetPersistentSegmentInfoResp.PersistentSegmentInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The bucket is the database: DuckDB finds in its Parquet files exactly the rows that the server
/// answers, after flush, after more deletes and upserts, and after compaction.
class DuckDbTest {
  private static final int DIMENSION = 8;

  @TempDir Path data;

  private final Random random = new Random(Long.getLong("seed", 7));

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"Int64", "VarChar"})
  void duckdb_reads_the_rows_that_the_server_answers(DataType keyType) throws Exception {
    String name = "duck_" + keyType;
    try (ServerProcess server = ServerProcess.start(name, data, ServerProcess.SMALL_SEGMENTS)) {
      MilvusClientV2 client = server.client();
      client.createCollection(
          CreateCollectionReq.builder()
              .collectionName(name)
              .collectionSchema(EveryType.schema(keyType, DIMENSION))
              .indexParam(
                  IndexParam.builder()
                      .fieldName(EveryType.VECTOR)
                      .indexType(IndexParam.IndexType.FLAT)
                      .metricType(IndexParam.MetricType.L2)
                      .build())
              .consistencyLevel(ConsistencyLevel.STRONG)
              .numShards(2)
              .build());
      TestCollection rows = new TestCollection(client, name);
      rows.insert(batch(keyType, 0, 1_000));
      rows.upsert(batch(keyType, 200, 100));
      rows.delete(List.copyOf(rows.model().keys().subList(0, 30)));
      rows.flush();
      compare(server, client, rows);
      rows.upsert(batch(keyType, 500, 300));
      rows.upsert(batch(keyType, 950, 100));
      rows.delete(ModelFilter.compare("tiny", ">", 60L));
      rows.flush();
      compare(server, client, rows);
      rows.compact();
      compare(server, client, rows);
      client.close();
    }
  }

  private static void compare(ServerProcess server, MilvusClientV2 client, TestCollection rows)
      throws Exception {
    rows.checkQuery(ModelFilter.compare("exact", ">", -1e9));
    long collection =
        client
            .describeCollection(DescribeCollectionReq.builder().collectionName(rows.name()).build())
            .getCollectionID();
    try (BucketReader reader = new BucketReader(server.bucket())) {
      Map<Object, Map<String, Object>> found = reader.liveRows(collection, segments(client, rows));
      Map<Object, Map<String, Object>> expected = new HashMap<>();
      rows.model().keys().forEach(key -> expected.put(key, rows.model().row(key)));
      assertThat(found.keySet()).as("live keys in the bucket").isEqualTo(expected.keySet());
      expected.forEach(
          (key, row) -> assertThat(found.get(key)).as("row %s in the bucket", key).isEqualTo(row));
    }
  }

  private static Set<Long> segments(MilvusClientV2 client, TestCollection rows) {
    Set<Long> segments =
        client
            .getPersistentSegmentInfo(
                GetPersistentSegmentInfoReq.builder().collectionName(rows.name()).build())
            .getSegmentInfos()
            .stream()
            .filter(s -> !"L0".equals(s.getLevel()))
            .map(PersistentSegmentInfo::getSegmentID)
            .collect(Collectors.toSet());
    assertThat(segments).as("live segments of %s", rows.name()).isNotEmpty();
    return segments;
  }

  private List<Map<String, Object>> batch(DataType keyType, int from, int count) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (long key = from; key < from + count; key++) {
      Object typed = keyType == DataType.Int64 ? (Object) key : "key-" + key;
      rows.add(EveryType.row(random, typed, DIMENSION));
    }
    return rows;
  }
}
