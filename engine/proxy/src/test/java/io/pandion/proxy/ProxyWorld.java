package io.pandion.proxy;

import static io.pandion.proxy.Wire.longs;
import static io.pandion.proxy.Wire.meta;
import static io.pandion.proxy.Wire.pair;
import static io.pandion.proxy.Wire.strings;
import static io.pandion.proxy.Wire.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.grpc.GrpcClients;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pandion.cluster.ReadPoint;
import io.pandion.cluster.SearchTimes;
import io.pandion.protocol.CollectionSchema;
import io.pandion.protocol.ConsistencyLevel;
import io.pandion.protocol.CreateCollectionRequest;
import io.pandion.protocol.CreateIndexRequest;
import io.pandion.protocol.DataType;
import io.pandion.protocol.DeleteRequest;
import io.pandion.protocol.ErrorCode;
import io.pandion.protocol.FieldSchema;
import io.pandion.protocol.InsertRequest;
import io.pandion.protocol.LoadCollectionRequest;
import io.pandion.protocol.MilvusServiceGrpc.MilvusServiceBlockingStub;
import io.pandion.protocol.MutationResult;
import io.pandion.protocol.PlaceholderType;
import io.pandion.protocol.QueryRequest;
import io.pandion.protocol.QueryResults;
import io.pandion.protocol.SearchRequest;
import io.pandion.protocol.SearchResults;
import io.pandion.protocol.Status;
import io.pandion.protocol.admin.AdminGrpc.AdminBlockingStub;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A proxy over twins of the coordinator and of the streaming nodes, with one loaded collection.
abstract class ProxyWorld {
  static final long NOW = 1_700_000_100_000L;

  final TwinCatalog catalog = new TwinCatalog();
  final TwinShards shards = new TwinShards(catalog);
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Proxy proxy =
      new Proxy(
          catalog,
          _ -> shards,
          ProxySettings.defaults(),
          () -> NOW,
          new SearchTimes(registry),
          () -> "metrics of this process\n");
  final int port;
  final MilvusServiceBlockingStub client;
  final AdminBlockingStub admin;

  ProxyWorld() {
    port = proxy.start(0);
    String uri = "gproto+http://127.0.0.1:" + port;
    client = GrpcClients.newClient(uri, MilvusServiceBlockingStub.class);
    admin = GrpcClients.newClient(uri, AdminBlockingStub.class);
  }

  @BeforeEach
  void a_loaded_collection_of_two_shards() {
    create("c", field("id", DataType.Int64).setIsPrimaryKey(true), 0);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  static FieldSchema.Builder field(String name, DataType type) {
    return FieldSchema.newBuilder().setName(name).setDataType(type);
  }

  void create(String name, FieldSchema.Builder key, int partitions) {
    CollectionSchema schema =
        CollectionSchema.newBuilder()
            .setName(name)
            .setEnableDynamicField(true)
            .addFields(key)
            .addFields(
                field("tag", DataType.VarChar)
                    .setNullable(partitions == 0)
                    .setIsPartitionKey(partitions > 0)
                    .addTypeParams(pair("max_length", 20)))
            .addFields(field("v", DataType.FloatVector).addTypeParams(pair("dim", 2)))
            .build();
    ok(
        client.createCollection(
            CreateCollectionRequest.newBuilder()
                .setCollectionName(name)
                .setSchema(schema.toByteString())
                .setShardsNum(2)
                .setNumPartitions(partitions)
                .setConsistencyLevel(ConsistencyLevel.Bounded)
                .build()));
    ok(
        client.createIndex(
            CreateIndexRequest.newBuilder()
                .setCollectionName(name)
                .setFieldName("v")
                .addExtraParams(pair("index_type", "hnsw"))
                .addExtraParams(pair("metric_type", "L2"))
                .addExtraParams(pair("params", "{\"M\":16}"))
                .build()));
    ok(client.loadCollection(LoadCollectionRequest.newBuilder().setCollectionName(name).build()));
  }

  static Status ok(Status status) {
    assertThat(status.getReason()).isEmpty();
    assertThat(status.getCode()).isZero();
    return status;
  }

  static void refused(Status status, int code, String message) {
    assertThat(status.getReason()).contains(message);
    assertThat(status.getCode()).isEqualTo(code);
  }

  static InsertRequest.Builder rows(Long... ids) {
    String[] tags = new String[ids.length];
    String[] metas = new String[ids.length];
    Float[] floats = new Float[2 * ids.length];
    for (int i = 0; i < ids.length; i++) {
      tags[i] = "t" + ids[i];
      metas[i] = "{\"color\":\"c" + ids[i] % 2 + "\",\"n\":" + ids[i] + "}";
      floats[2 * i] = (float) ids[i];
      floats[2 * i + 1] = 0f;
    }
    return InsertRequest.newBuilder()
        .setCollectionName("c")
        .addFieldsData(longs("id", ids))
        .addFieldsData(strings("tag", tags))
        .addFieldsData(vectors("v", 2, floats))
        .addFieldsData(meta(metas))
        .setNumRows(ids.length);
  }

  MutationResult insert(Long... ids) {
    MutationResult result = client.insert(rows(ids).build());
    ok(result.getStatus());
    return result;
  }

  static SearchRequest.Builder near(float x, int limit) {
    return SearchRequest.newBuilder()
        .setCollectionName("c")
        .setNq(1)
        .setPlaceholderGroup(Wire.placeholders(PlaceholderType.FloatVector, new float[] {x, 0f}))
        .addSearchParams(pair("anns_field", "v"))
        .addSearchParams(pair("topk", limit))
        .setUseDefaultConsistency(true);
  }

  QueryResults query(String expression, String... output) {
    return client.query(
        QueryRequest.newBuilder()
            .setCollectionName("c")
            .setExpr(expression)
            .addAllOutputFields(List.of(output))
            .setConsistencyLevel(ConsistencyLevel.Strong)
            .build());
  }

  List<Long> ids(String expression) {
    QueryResults found = query(expression);
    ok(found.getStatus());
    return found.getFieldsData(0).getScalars().getLongData().getDataList();
  }

  long count() {
    QueryResults found = query("", "count(*)");
    ok(found.getStatus());
    assertThat(found.getOutputFieldsList()).containsExactly("count(*)");
    return found.getFieldsData(0).getScalars().getLongData().getData(0);
  }

  MutationResult delete(String expression) {
    MutationResult result =
        client.delete(
            DeleteRequest.newBuilder().setCollectionName("c").setExpr(expression).build());
    ok(result.getStatus());
    return result;
  }

  List<Long> searched(SearchRequest.Builder request) {
    SearchResults found = client.search(request.build());
    ok(found.getStatus());
    return found.getResults().getIds().getIntId().getDataList();
  }

  Status search(SearchRequest.Builder request) {
    return client.search(request.build()).getStatus();
  }

  ReadPoint point(SearchRequest.Builder request) {
    shards.points.clear();
    searched(request);
    return shards.points.getFirst();
  }

  @SuppressWarnings("deprecation") // SDKs look at the legacy code
  boolean mismatch(InsertRequest request) {
    return client.insert(request).getStatus().getErrorCode() == ErrorCode.SchemaMismatch;
  }
}
