package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexBuildState;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.AddCollectionFieldReq;
import io.milvus.v2.service.collection.request.AlterCollectionFieldReq;
import io.milvus.v2.service.collection.request.AlterCollectionPropertiesReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.DescribeCollectionReq;
import io.milvus.v2.service.collection.request.DropCollectionPropertiesReq;
import io.milvus.v2.service.collection.request.DropCollectionReq;
import io.milvus.v2.service.collection.request.GetCollectionStatsReq;
import io.milvus.v2.service.collection.request.GetLoadStateReq;
import io.milvus.v2.service.collection.request.HasCollectionReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.collection.request.ReleaseCollectionReq;
import io.milvus.v2.service.collection.request.RenameCollectionReq;
import io.milvus.v2.service.collection.response.DescribeCollectionResp;
import io.milvus.v2.service.database.request.AlterDatabasePropertiesReq;
import io.milvus.v2.service.database.request.CreateDatabaseReq;
import io.milvus.v2.service.database.request.DescribeDatabaseReq;
import io.milvus.v2.service.database.request.DropDatabaseReq;
import io.milvus.v2.service.index.request.CreateIndexReq;
import io.milvus.v2.service.index.request.DescribeIndexReq;
import io.milvus.v2.service.index.request.DropIndexReq;
import io.milvus.v2.service.index.request.ListIndexesReq;
import io.milvus.v2.service.index.response.DescribeIndexResp.IndexDesc;
import io.milvus.v2.service.utility.request.AlterAliasReq;
import io.milvus.v2.service.utility.request.CreateAliasReq;
import io.milvus.v2.service.utility.request.DescribeAliasReq;
import io.milvus.v2.service.utility.request.DropAliasReq;
import io.milvus.v2.service.utility.request.ListAliasesReq;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified Milvus client for Java shapes the catalog: databases, collections, aliases,
/// indexes, loading.
@SuppressWarnings("NullAway.Init") // the server starts before the tests
class MilvusSdkCatalogTest {
  @TempDir static Path data;
  private static ServerProcess server;
  private static MilvusClientV2 client;

  private final Random random = new Random(42);

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.start("milvus-sdk-catalog", data);
    client = server.client();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void the_server_tells_its_version_and_health() {
    assertThat(client.getServerVersion()).matches("v?2\\.6.*");
    assertThat(client.checkHealth().getIsHealthy()).isTrue();
    assertThat(client.clientIsReady()).isTrue();
  }

  @Test
  void databases_are_created_used_altered_and_dropped() throws Exception {
    client.createDatabase(CreateDatabaseReq.builder().databaseName("shop").build());
    assertThat(client.listDatabases().getDatabaseNames()).contains("default", "shop");
    client.alterDatabaseProperties(
        AlterDatabasePropertiesReq.builder()
            .databaseName("shop")
            .property("database.replica.number", "1")
            .build());
    assertThat(
            client
                .describeDatabase(DescribeDatabaseReq.builder().databaseName("shop").build())
                .getProperties())
        .containsEntry("database.replica.number", "1");
    MilvusClientV2 shop = server.client("shop");
    try {
      SmallCollections.create(
          shop, "goods", EveryType.schema(DataType.Int64, SmallCollections.DIMENSION));
      assertThat(shop.listCollections().getCollectionNames()).containsExactly("goods");
      shop.useDatabase("default");
      assertThat(shop.listCollections().getCollectionNames()).doesNotContain("goods");
      shop.useDatabase("shop");
      assertThatThrownBy(
              () -> client.dropDatabase(DropDatabaseReq.builder().databaseName("shop").build()))
          .hasMessageContaining("shop");
      shop.dropCollection(DropCollectionReq.builder().collectionName("goods").build());
    } finally {
      shop.close();
    }
    client.dropDatabase(DropDatabaseReq.builder().databaseName("shop").build());
    assertThat(client.listDatabases().getDatabaseNames()).doesNotContain("shop");
  }

  @Test
  void a_collection_is_described_as_it_was_created() {
    SmallCollections.create(
        client, "described", EveryType.schema(DataType.VarChar, SmallCollections.DIMENSION));
    DescribeCollectionResp answer = describe("described");
    assertThat(answer.getFieldNames())
        .containsExactly(
            "id", "flag", "tiny", "small", "num", "big", "ratio", "exact", "name", "doc", "vec");
    assertThat(answer.getPrimaryFieldName()).isEqualTo("id");
    assertThat(answer.getVectorFieldNames()).containsExactly("vec");
    assertThat(answer.getEnableDynamicField()).isTrue();
    assertThat(answer.getConsistencyLevel()).isEqualTo(ConsistencyLevel.STRONG);
    CreateCollectionReq.CollectionSchema schema = answer.getCollectionSchema();
    assertThat(schema.getField("id").getMaxLength()).isEqualTo(64);
    assertThat(schema.getField("vec").getDimension()).isEqualTo(SmallCollections.DIMENSION);
    assertThat(schema.getField("big").getIsNullable()).isTrue();
    assertThat(schema.getField("num").getDefaultValue()).isEqualTo(7);
    assertThat(schema.getField("tiny").getDataType()).isEqualTo(DataType.Int8);
    assertThat(client.hasCollection(HasCollectionReq.builder().collectionName("described").build()))
        .isTrue();
    client.dropCollection(DropCollectionReq.builder().collectionName("described").build());
    assertThat(client.hasCollection(HasCollectionReq.builder().collectionName("described").build()))
        .isFalse();
  }

  @Test
  void a_renamed_collection_keeps_its_rows() {
    TestCollection before = filled("before", 50);
    client.renameCollection(
        RenameCollectionReq.builder().collectionName("before").newCollectionName("after").build());
    assertThat(client.listCollections().getCollectionNames())
        .contains("after")
        .doesNotContain("before");
    assertThat(new TestCollection(client, "after").count(ModelFilter.ALL))
        .isEqualTo(before.model().size());
  }

  @Test
  void properties_and_fields_are_altered() {
    SmallCollections.create(
        client, "altered", EveryType.schema(DataType.Int64, SmallCollections.DIMENSION));
    client.alterCollectionProperties(
        AlterCollectionPropertiesReq.builder()
            .collectionName("altered")
            .property("mmap.enabled", "true")
            .build());
    assertThat(describe("altered").getProperties()).containsEntry("mmap.enabled", "true");
    client.dropCollectionProperties(
        DropCollectionPropertiesReq.builder()
            .collectionName("altered")
            .propertyKeys(List.of("mmap.enabled"))
            .build());
    assertThat(describe("altered").getProperties()).doesNotContainKey("mmap.enabled");
    client.alterCollectionField(
        AlterCollectionFieldReq.builder()
            .collectionName("altered")
            .fieldName("name")
            .property("max_length", "128")
            .build());
    assertThat(describe("altered").getCollectionSchema().getField("name").getMaxLength())
        .isEqualTo(128);
  }

  @Test
  void an_added_field_is_null_in_old_rows_and_kept_in_new_ones() {
    TestCollection rows = filled("added", 20);
    rows.flush();
    rows.insert(SmallCollections.batch(random, 20, 10));
    client.addCollectionField(
        AddCollectionFieldReq.builder()
            .collectionName("added")
            .fieldName("later")
            .dataType(DataType.Int64)
            .isNullable(true)
            .build());
    List<Map<String, Object>> late = new ArrayList<>(SmallCollections.batch(random, 30, 10));
    late.replaceAll(
        r -> {
          Map<String, Object> row = new java.util.HashMap<>(r);
          row.put("later", 5L);
          return row;
        });
    rows.insert(late);
    assertThat(describe("added").getFieldNames()).contains("later");
    for (int i = 0; i < 2; i++) {
      rows.checkCount(ModelFilter.isNull("later"));
      rows.checkCount(ModelFilter.compare("later", "==", 5L));
      rows.checkCount(ModelFilter.compare("later", "!=", 5L));
      rows.flush();
      rows.release();
      rows.load();
    }
  }

  @Test
  void aliases_lead_to_their_collection() {
    TestCollection first = filled("first", 10);
    filled("second", 20);
    client.createAlias(CreateAliasReq.builder().collectionName("first").alias("current").build());
    TestCollection current = new TestCollection(client, "current");
    assertThat(current.count(ModelFilter.ALL)).isEqualTo(first.model().size());
    assertThat(
            client
                .describeAlias(DescribeAliasReq.builder().alias("current").build())
                .getCollectionName())
        .isEqualTo("first");
    client.alterAlias(AlterAliasReq.builder().collectionName("second").alias("current").build());
    assertThat(current.count(ModelFilter.ALL)).isEqualTo(20);
    assertThat(
            client
                .listAliases(ListAliasesReq.builder().collectionName("second").build())
                .getAlias())
        .containsExactly("current");
    client.dropAlias(DropAliasReq.builder().alias("current").build());
    assertThatThrownBy(() -> current.count(ModelFilter.ALL)).hasMessageContaining("current");
  }

  @Test
  void indexes_are_built_described_and_dropped() {
    client.createCollection(
        CreateCollectionReq.builder()
            .collectionName("indexed")
            .collectionSchema(EveryType.schema(DataType.Int64, SmallCollections.DIMENSION))
            .consistencyLevel(ConsistencyLevel.STRONG)
            .build());
    TestCollection rows = new TestCollection(client, "indexed");
    rows.insert(SmallCollections.batch(random, 0, 500));
    rows.flush();
    client.createIndex(
        CreateIndexReq.builder()
            .collectionName("indexed")
            .indexParams(
                List.of(
                    IndexParam.builder()
                        .fieldName("vec")
                        .indexName("by_vec")
                        .indexType(IndexParam.IndexType.HNSW)
                        .metricType(IndexParam.MetricType.COSINE)
                        .extraParams(Map.of("M", 8, "efConstruction", 64))
                        .build(),
                    scalar("num", "by_num", IndexParam.IndexType.STL_SORT),
                    scalar("name", "by_name", IndexParam.IndexType.INVERTED)))
            .build());
    assertThat(client.listIndexes(ListIndexesReq.builder().collectionName("indexed").build()))
        .contains("by_vec", "by_num", "by_name");
    Poll.until("index by_vec", () -> index("by_vec").getIndexState() == IndexBuildState.Finished);
    IndexDesc vectors = index("by_vec");
    assertThat(vectors.getIndexType()).isEqualTo(IndexParam.IndexType.HNSW);
    assertThat(vectors.getMetricType()).isEqualTo(IndexParam.MetricType.COSINE);
    assertThat(vectors.getFieldName()).isEqualTo("vec");
    assertThat(vectors.getTotalRows()).isEqualTo(500);
    assertThat(vectors.getIndexedRows()).isEqualTo(500);
    assertThat(vectors.getPendingIndexRows()).isZero();
    rows.load();
    for (int i = 0; i < 50; i++) {
      rows.checkCount(ModelFilter.compare("num", "<=", (long) i));
      rows.checkQuery(EveryType.filter(random));
    }
    client.dropIndex(DropIndexReq.builder().collectionName("indexed").indexName("by_num").build());
    rows.checkCount(ModelFilter.compare("num", ">", 25L));
    assertThatThrownBy(
            () ->
                client.dropIndex(
                    DropIndexReq.builder().collectionName("indexed").indexName("by_vec").build()))
        .hasMessageContaining("loaded");
    rows.release();
    client.dropIndex(DropIndexReq.builder().collectionName("indexed").indexName("by_vec").build());
    assertThatThrownBy(rows::load).hasMessageContaining("vec");
  }

  private static IndexParam scalar(String field, String name, IndexParam.IndexType type) {
    return IndexParam.builder().fieldName(field).indexName(name).indexType(type).build();
  }

  private static IndexDesc index(String name) {
    return client
        .describeIndex(DescribeIndexReq.builder().collectionName("indexed").indexName(name).build())
        .getIndexDescByIndexName(name);
  }

  @Test
  void load_state_and_statistics_follow_the_collection() {
    TestCollection rows = filled("counted", 120);
    GetLoadStateReq state = GetLoadStateReq.builder().collectionName("counted").build();
    assertThat(client.getLoadState(state)).isTrue();
    client.releaseCollection(ReleaseCollectionReq.builder().collectionName("counted").build());
    assertThat(client.getLoadState(state)).isFalse();
    client.loadCollection(LoadCollectionReq.builder().collectionName("counted").build());
    assertThat(client.getLoadState(state)).isTrue();
    rows.flush();
    assertThat(
            client
                .getCollectionStats(
                    GetCollectionStatsReq.builder().collectionName("counted").build())
                .getNumOfEntities())
        .isEqualTo(120);
  }

  private TestCollection filled(String name, int count) {
    SmallCollections.create(
        client, name, EveryType.schema(DataType.Int64, SmallCollections.DIMENSION));
    TestCollection rows = new TestCollection(client, name);
    rows.insert(SmallCollections.batch(random, 0, count));
    return rows;
  }

  private static DescribeCollectionResp describe(String name) {
    return client.describeCollection(DescribeCollectionReq.builder().collectionName(name).build());
  }
}
