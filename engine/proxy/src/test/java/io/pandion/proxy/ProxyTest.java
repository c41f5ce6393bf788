package io.pandion.proxy;

import static io.pandion.proxy.Wire.json;
import static io.pandion.proxy.Wire.longs;
import static io.pandion.proxy.Wire.meta;
import static io.pandion.proxy.Wire.pair;
import static io.pandion.proxy.Wire.strings;
import static io.pandion.proxy.Wire.valid;
import static io.pandion.proxy.Wire.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.grpc.GrpcClients;
import io.pandion.cluster.ReadPoint;
import io.pandion.cluster.ShardWrite;
import io.pandion.model.TimeTick;
import io.pandion.protocol.AddCollectionFieldRequest;
import io.pandion.protocol.CollectionSchema;
import io.pandion.protocol.ConnectRequest;
import io.pandion.protocol.ConsistencyLevel;
import io.pandion.protocol.CreateCollectionRequest;
import io.pandion.protocol.CreateIndexRequest;
import io.pandion.protocol.CreatePartitionRequest;
import io.pandion.protocol.DataType;
import io.pandion.protocol.DeleteRequest;
import io.pandion.protocol.DescribeCollectionRequest;
import io.pandion.protocol.DescribeCollectionResponse;
import io.pandion.protocol.DescribeIndexRequest;
import io.pandion.protocol.ErrorCode;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.FieldSchema;
import io.pandion.protocol.FlushRequest;
import io.pandion.protocol.GetCollectionStatisticsRequest;
import io.pandion.protocol.GetFlushStateRequest;
import io.pandion.protocol.GetPersistentSegmentInfoRequest;
import io.pandion.protocol.GetReplicasRequest;
import io.pandion.protocol.IDs;
import io.pandion.protocol.InsertRequest;
import io.pandion.protocol.LoadCollectionRequest;
import io.pandion.protocol.LongArray;
import io.pandion.protocol.MilvusServiceGrpc.MilvusServiceBlockingStub;
import io.pandion.protocol.MutationResult;
import io.pandion.protocol.PlaceholderType;
import io.pandion.protocol.QueryRequest;
import io.pandion.protocol.QueryResults;
import io.pandion.protocol.SearchRequest;
import io.pandion.protocol.SearchResults;
import io.pandion.protocol.ShowCollectionsRequest;
import io.pandion.protocol.ShowType;
import io.pandion.protocol.Status;
import io.pandion.protocol.UpsertRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProxyTest {
  private static final long NOW = 1_700_000_100_000L;

  private final TwinCatalog catalog = new TwinCatalog();
  private final TwinShards shards = new TwinShards(catalog);
  private final Proxy proxy = new Proxy(catalog, _ -> shards, ProxySettings.defaults(), () -> NOW);
  private MilvusServiceBlockingStub client;

  ProxyTest() {
    client =
        GrpcClients.newClient(
            "gproto+http://127.0.0.1:" + proxy.start(0), MilvusServiceBlockingStub.class);
  }

  @BeforeEach
  void a_loaded_collection_of_two_shards() {
    create("c", field("id", DataType.Int64).setIsPrimaryKey(true), 0);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private static FieldSchema.Builder field(String name, DataType type) {
    return FieldSchema.newBuilder().setName(name).setDataType(type);
  }

  private void create(String name, FieldSchema.Builder key, int partitions) {
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

  private static Status ok(Status status) {
    assertThat(status.getReason()).isEmpty();
    assertThat(status.getCode()).isZero();
    return status;
  }

  private static void refused(Status status, int code, String message) {
    assertThat(status.getReason()).contains(message);
    assertThat(status.getCode()).isEqualTo(code);
  }

  private static InsertRequest.Builder rows(Long... ids) {
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

  private MutationResult insert(Long... ids) {
    MutationResult result = client.insert(rows(ids).build());
    ok(result.getStatus());
    return result;
  }

  private static SearchRequest.Builder near(float x, int limit) {
    return SearchRequest.newBuilder()
        .setCollectionName("c")
        .setNq(1)
        .setPlaceholderGroup(Wire.placeholders(PlaceholderType.FloatVector, new float[] {x, 0f}))
        .addSearchParams(pair("anns_field", "v"))
        .addSearchParams(pair("topk", limit))
        .setUseDefaultConsistency(true);
  }

  private QueryResults query(String expression, String... output) {
    return client.query(
        QueryRequest.newBuilder()
            .setCollectionName("c")
            .setExpr(expression)
            .addAllOutputFields(List.of(output))
            .setConsistencyLevel(ConsistencyLevel.Strong)
            .build());
  }

  private List<Long> ids(String expression) {
    QueryResults found = query(expression);
    ok(found.getStatus());
    return found.getFieldsData(0).getScalars().getLongData().getDataList();
  }

  private long count() {
    QueryResults found = query("", "count(*)");
    ok(found.getStatus());
    assertThat(found.getOutputFieldsList()).containsExactly("count(*)");
    return found.getFieldsData(0).getScalars().getLongData().getData(0);
  }

  @Test
  void an_insert_answers_keys_counts_and_the_tick_and_spreads_over_the_shards() {
    Long[] many = new Long[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = (long) i;
    }
    MutationResult result = insert(many);
    assertThat(result.getInsertCnt()).isEqualTo(100);
    assertThat(result.getSuccIndexList()).hasSize(100).startsWith(0, 1);
    assertThat(result.getIDs().getIntId().getDataList()).containsExactly(many);
    assertThat(result.getTimestamp()).isBetween(1L, catalog.tick());
    assertThat(shards.writes).as("one message a shard").hasSize(2);
    assertThat(count()).isEqualTo(100);
    assertThat(ids("id in [7, 3, 500]")).containsExactly(3L, 7L);
  }

  @Test
  void nothing_is_written_when_one_row_is_bad() {
    InsertRequest bad =
        rows(1L, 2L).setFieldsData(2, vectors("v", 2, 1f, 2f, Float.NaN, 0f)).build();
    refused(client.insert(bad).getStatus(), 1100, "field 'v', row 1");
    assertThat(shards.writes).isEmpty();
    assertThat(count()).isZero();
  }

  @Test
  void an_upsert_replaces_rows_and_a_delete_removes_them() {
    insert(1L, 2L, 3L, 4L);
    InsertRequest changed = rows(2L).setFieldsData(1, strings("tag", "new")).build();
    MutationResult upserted =
        client.upsert(
            UpsertRequest.newBuilder()
                .setCollectionName("c")
                .addAllFieldsData(changed.getFieldsDataList())
                .setNumRows(1)
                .build());
    ok(upserted.getStatus());
    assertThat(upserted.getUpsertCnt()).isEqualTo(1);
    assertThat(count()).isEqualTo(4);
    assertThat(query("id == 2", "tag").getFieldsData(1).getScalars().getStringData().getData(0))
        .isEqualTo("new");
    MutationResult byKey = delete("id in [1, 9]");
    assertThat(byKey.getDeleteCnt()).isEqualTo(2);
    assertThat(ids("id > 0")).containsExactly(2L, 3L, 4L);
    MutationResult byFilter = delete("color == \"c0\"");
    assertThat(byFilter.getDeleteCnt()).isEqualTo(2);
    assertThat(byFilter.getIDs().getIntId().getDataList()).containsExactly(2L, 4L);
    assertThat(ids("id > 0")).containsExactly(3L);
    assertThat(delete("tag == \"nobody\"").getDeleteCnt()).isZero();
  }

  private MutationResult delete(String expression) {
    MutationResult result =
        client.delete(
            DeleteRequest.newBuilder().setCollectionName("c").setExpr(expression).build());
    ok(result.getStatus());
    return result;
  }

  @Test
  void a_search_answers_the_nearest_rows_with_their_fields() {
    insert(1L, 2L, 3L, 4L, 5L);
    SearchResults found =
        client.search(
            near(3.1f, 2)
                .addOutputFields("tag")
                .addOutputFields("color")
                .addSearchParams(pair("params", "{\"ef\":64}"))
                .addSearchParams(pair("round_decimal", 2))
                .build());
    ok(found.getStatus());
    assertThat(found.getResults().getNumQueries()).isEqualTo(1);
    assertThat(found.getResults().getTopksList()).containsExactly(2L);
    assertThat(found.getResults().getTopK()).isEqualTo(2);
    assertThat(found.getResults().getIds().getIntId().getDataList()).containsExactly(3L, 4L);
    assertThat(found.getResults().getScoresList()).containsExactly(0.01f, 0.81f);
    assertThat(found.getResults().getPrimaryFieldName()).isEqualTo("id");
    assertThat(found.getResults().getOutputFieldsList()).containsExactly("tag", "color");
    FieldData tag = found.getResults().getFieldsData(0);
    assertThat(tag.getScalars().getStringData().getDataList()).containsExactly("t3", "t4");
    FieldData dynamic = found.getResults().getFieldsData(1);
    assertThat(dynamic.getFieldName()).isEqualTo("$meta");
    assertThat(dynamic.getIsDynamic()).isTrue();
    assertThat(dynamic.getScalars().getJsonData().getData(0).toStringUtf8())
        .isEqualTo("{\"color\":\"c1\"}");
  }

  @Test
  void a_search_obeys_filter_offset_range_and_several_vectors() {
    insert(1L, 2L, 3L, 4L, 5L);
    assertThat(searched(near(1f, 2).setDsl("id > 2"))).containsExactly(3L, 4L);
    assertThat(searched(near(1f, 2).addSearchParams(pair("offset", 1)))).containsExactly(2L, 3L);
    assertThat(
            searched(
                near(1f, 5).addSearchParams(pair("params", "{\"radius\":9.5,\"range_filter\":1}"))))
        .containsExactly(2L, 3L, 4L);
    SearchResults two =
        client.search(
            near(1f, 2)
                .setPlaceholderGroup(
                    Wire.placeholders(
                        PlaceholderType.FloatVector, new float[] {1f, 0f}, new float[] {5f, 0f}))
                .setNq(2)
                .addOutputFields("*")
                .build());
    ok(two.getStatus());
    assertThat(two.getResults().getIds().getIntId().getDataList()).containsExactly(1L, 2L, 5L, 4L);
    assertThat(two.getResults().getTopksList()).containsExactly(2L, 2L);
    assertThat(two.getResults().getFieldsDataList())
        .extracting(FieldData::getFieldName)
        .containsExactly("id", "tag", "v", "$meta");
    IDs ids = IDs.newBuilder().setIntId(LongArray.newBuilder().addData(4)).build();
    assertThat(searched(near(0f, 1).setIds(ids))).containsExactly(4L);
  }

  private List<Long> searched(SearchRequest.Builder request) {
    SearchResults found = client.search(request.build());
    ok(found.getStatus());
    return found.getResults().getIds().getIntId().getDataList();
  }

  @Test
  void a_search_iterator_gives_all_rows_once() {
    insert(1L, 2L, 3L, 4L, 5L);
    List<Long> seen = new ArrayList<>();
    SearchRequest.Builder first =
        near(0f, 2)
            .addSearchParams(pair("iterator", true))
            .addSearchParams(pair("search_iter_v2", true))
            .addSearchParams(pair("search_iter_batch_size", 2));
    SearchRequest.Builder next = first;
    for (int batch = 0; batch < 4; batch++) {
      SearchResults found = client.search(next.build());
      ok(found.getStatus());
      assertThat(found.getSessionTs()).isPositive();
      assertThat(found.getResults().getSearchIteratorV2Results().getToken()).isNotEmpty();
      seen.addAll(found.getResults().getIds().getIntId().getDataList());
      next =
          first
              .clone()
              .addSearchParams(
                  pair(
                      "search_iter_last_bound",
                      found.getResults().getSearchIteratorV2Results().getLastBound()));
    }
    assertThat(seen).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void a_search_of_nothing_still_has_typed_results() {
    SearchResults found = client.search(near(1f, 3).addOutputFields("*").build());
    ok(found.getStatus());
    assertThat(found.hasResults()).isTrue();
    assertThat(found.getResults().getTopksList()).containsExactly(0L);
    assertThat(found.getResults().getFieldsData(0).getScalars().hasLongData()).isTrue();
    assertThat(found.getResults().getFieldsData(2).getVectors().getDim()).isEqualTo(2);
  }

  @Test
  void a_query_pages_in_order_of_the_key_and_marks_nulls() {
    insert(5L, 3L, 1L, 2L, 4L);
    ok(client.insert(rows(6L).setFieldsData(1, valid(strings("tag"), false)).build()).getStatus());
    QueryResults page =
        client.query(
            QueryRequest.newBuilder()
                .setCollectionName("c")
                .addOutputFields("tag")
                .addOutputFields("$meta")
                .addQueryParams(pair("limit", 2))
                .addQueryParams(pair("offset", 4))
                .setUseDefaultConsistency(true)
                .build());
    ok(page.getStatus());
    assertThat(page.getPrimaryFieldName()).isEqualTo("id");
    assertThat(page.getOutputFieldsList()).containsExactly("id", "tag", "$meta");
    assertThat(page.getFieldsData(0).getScalars().getLongData().getDataList())
        .containsExactly(5L, 6L);
    assertThat(page.getFieldsData(1).getValidDataList()).containsExactly(true, false);
    assertThat(page.getFieldsData(1).getScalars().getStringData().getDataList())
        .containsExactly("t5", "");
    assertThat(page.getFieldsData(2).getScalars().getJsonData().getData(0).toStringUtf8())
        .isEqualTo("{\"color\":\"c1\",\"n\":5}");
  }

  @Test
  void a_read_names_its_partitions_and_waits_for_those_that_are_still_loading() {
    insert(1L, 2L, 3L);
    shards.loading = 5;
    assertThat(ids("id >= 0")).containsExactly(1L, 2L, 3L);
    assertThat(shards.loading).isZero();
    assertThat(shards.partitions).hasSize(1);
  }

  @Test
  void bad_reads_are_refused_with_the_code_of_milvus() {
    insert(1L);
    refused(query("").getStatus(), 1100, "empty expression should be used with limit");
    refused(query("id >").getStatus(), 1100, "id >");
    refused(query("id > 0", "a[\"b\"]").getStatus(), 1100, "output field 'a[\"b\"]'");
    refused(search(near(1f, 0)), 1100, "topk [0] is invalid");
    refused(search(near(1f, 1).addSearchParams(pair("metric_type", "IP"))), 1100, "expected=L2");
    refused(search(near(1f, 1).addSearchParams(pair("anns_field", "tag"))), 1100, "field 'tag'");
    refused(search(near(1f, 1).addSearchParams(pair("anns_field", "w"))), 1700, "field 'w'");
    refused(search(near(1f, 1).addPartitionNames("p")), 200, "partition not found");
    refused(search(near(1f, 1).setCollectionName("d")), 100, "collection not found");
    refused(
        search(
            near(1f, 1)
                .setPlaceholderGroup(
                    Wire.placeholders(PlaceholderType.FloatVector, new float[] {1f}))),
        1100,
        "expected vector size(byte) 8, actual 4");
    refused(
        search(
            near(1f, 1)
                .setPlaceholderGroup(
                    Wire.placeholders(PlaceholderType.FloatVector, new float[] {1f, Float.NaN}))),
        1100,
        "value NaN");
    refused(
        search(
            near(1f, 1)
                .setPlaceholderGroup(
                    Wire.placeholders(PlaceholderType.BinaryVector, new float[] {1f, 1f}))),
        1100,
        "got BinaryVector");
    refused(
        search(near(1f, 1).setPlaceholderGroup(Wire.placeholders(PlaceholderType.FloatVector))),
        1100,
        "[1, 16384], but got 0");
    catalog.execute(new io.pandion.cluster.CatalogCommand.Release("default", "c", List.of()));
    refused(search(near(1f, 1)), 101, "collection not loaded");
  }

  private Status search(SearchRequest.Builder request) {
    return client.search(request.build()).getStatus();
  }

  @Test
  void consistency_chooses_the_tick_that_a_read_waits_for() {
    long before = catalog.tick();
    ids("id > 0");
    assertThat(shards.points).hasSize(2).allMatch(p -> p.guaranteeTick() > before);
    assertThat(point(near(1f, 1))).isEqualTo(new ReadPoint(TimeTick.of(NOW - 5_000, 0)));
    assertThat(
            point(
                near(1f, 1)
                    .setUseDefaultConsistency(false)
                    .setConsistencyLevel(ConsistencyLevel.Session)
                    .setGuaranteeTimestamp(77)))
        .isEqualTo(new ReadPoint(77));
    assertThat(point(near(1f, 1).setUseDefaultConsistency(false).setGuaranteeTimestamp(1)))
        .isEqualTo(ReadPoint.EVENTUALLY);
    assertThat(
            point(
                near(1f, 1)
                    .setUseDefaultConsistency(false)
                    .setConsistencyLevel(ConsistencyLevel.Eventually)))
        .isEqualTo(ReadPoint.EVENTUALLY);
  }

  private ReadPoint point(SearchRequest.Builder request) {
    shards.points.clear();
    searched(request);
    return shards.points.getFirst();
  }

  @Test
  void rows_of_a_stale_schema_make_the_client_read_it_again_only_when_they_do_not_fit() {
    DescribeCollectionRequest describe =
        DescribeCollectionRequest.newBuilder().setCollectionName("c").build();
    DescribeCollectionResponse old = client.describeCollection(describe);
    FieldSchema added = field("more", DataType.Int64).setNullable(true).build();
    ok(
        client.addCollectionField(
            AddCollectionFieldRequest.newBuilder()
                .setCollectionName("c")
                .setSchema(added.toByteString())
                .build()));
    InsertRequest stale = rows(1L).setSchemaTimestamp(old.getUpdateTimestamp()).build();
    ok(client.insert(stale).getStatus());
    InsertRequest wrong = stale.toBuilder().addFieldsData(strings("more", "text")).build();
    assertThat(mismatch(wrong)).isTrue();
    long current = client.describeCollection(describe).getUpdateTimestamp();
    refused(
        client.insert(wrong.toBuilder().setSchemaTimestamp(current).build()).getStatus(),
        1100,
        "field 'more'");
  }

  @SuppressWarnings("deprecation") // SDKs look at the legacy code
  private boolean mismatch(InsertRequest request) {
    return client.insert(request).getStatus().getErrorCode() == ErrorCode.SchemaMismatch;
  }

  @Test
  void generated_keys_are_answered_and_an_upsert_gives_new_ones() {
    create(
        "a",
        field("id", DataType.VarChar)
            .setIsPrimaryKey(true)
            .setAutoID(true)
            .addTypeParams(pair("max_length", 30)),
        0);
    InsertRequest.Builder request = rows(1L, 2L).setCollectionName("a").removeFieldsData(0);
    MutationResult first = client.insert(request.build());
    ok(first.getStatus());
    List<String> keys = first.getIDs().getStrId().getDataList();
    assertThat(keys).hasSize(2).doesNotHaveDuplicates();
    MutationResult second =
        client.upsert(
            UpsertRequest.newBuilder()
                .setCollectionName("a")
                .addAllFieldsData(request.getFieldsDataList())
                .addFieldsData(strings("id", keys.toArray(String[]::new)))
                .setNumRows(2)
                .build());
    ok(second.getStatus());
    assertThat(second.getIDs().getStrId().getDataList()).doesNotContainAnyElementsOf(keys);
    QueryResults left =
        client.query(
            QueryRequest.newBuilder().setCollectionName("a").addOutputFields("count(*)").build());
    assertThat(left.getFieldsData(0).getScalars().getLongData().getData(0)).isEqualTo(2);
    refused(
        client.insert(request.addFieldsData(strings("id", "x", "y")).build()).getStatus(),
        1100,
        "allow_insert_auto_id");
  }

  @Test
  void rows_go_to_the_partition_of_their_name_or_of_their_partition_key() {
    ok(
        client.createPartition(
            CreatePartitionRequest.newBuilder()
                .setCollectionName("c")
                .setPartitionName("p")
                .build()));
    insert(1L);
    ok(client.insert(rows(2L).setPartitionName("p").build()).getStatus());
    assertThat(searched(near(0f, 9).addPartitionNames("p"))).containsExactly(2L);
    refused(client.insert(rows(3L).setPartitionName("q").build()).getStatus(), 200, "partition=q");
    create("k", field("id", DataType.Int64).setIsPrimaryKey(true), 4);
    shards.writes.clear();
    ok(client.insert(rows(1L, 2L, 3L, 4L, 5L, 6L).setCollectionName("k").build()).getStatus());
    assertThat(shards.writes.stream().map(w -> ((ShardWrite.Insert) w).partitionId()).distinct())
        .hasSizeGreaterThan(1);
    refused(
        client
            .insert(rows(3L).setCollectionName("k").setPartitionName("_default_0").build())
            .getStatus(),
        1100,
        "partition key");
    refused(
        search(near(1f, 1).setCollectionName("k").addPartitionNames("_default_0")),
        1100,
        "partition key");
  }

  @Test
  void other_refusals_of_writes_have_their_codes() {
    refused(client.insert(rows(1L).setCollectionName("d").build()).getStatus(), 100, "not found");
    refused(
        client.upsert(UpsertRequest.newBuilder().setPartialUpdate(true).build()).getStatus(),
        10,
        "partial_update");
    refused(
        client.delete(DeleteRequest.newBuilder().setCollectionName("c").build()).getStatus(),
        1100,
        "expr is empty");
    refused(client.insert(rows(1L, 1L).build()).getStatus(), 1100, "duplicate primary keys");
    refused(client.insert(rows(1L).addFieldsData(json("x", "{")).build()).getStatus(), 1100, "'x'");
    assertThat(shards.writes).isEmpty();
  }

  @Test
  void statistics_segments_indexes_and_flushes_are_told() {
    insert(1L, 2L, 3L);
    assertThat(
            client
                .getCollectionStatistics(
                    GetCollectionStatisticsRequest.newBuilder().setCollectionName("c").build())
                .getStatsList())
        .containsExactly(pair("row_count", 3));
    assertThat(
            client
                .getPersistentSegmentInfo(
                    GetPersistentSegmentInfoRequest.newBuilder().setCollectionName("c").build())
                .getInfosList())
        .extracting(s -> s.getNumRows())
        .satisfies(n -> assertThat(n.stream().mapToLong(Long::longValue).sum()).isEqualTo(3));
    assertThat(
            client
                .describeIndex(DescribeIndexRequest.newBuilder().setCollectionName("c").build())
                .getIndexDescriptions(0)
                .getParamsList())
        .containsExactly(pair("M", 16), pair("index_type", "HNSW"), pair("metric_type", "L2"));
    long tick =
        client
            .flush(FlushRequest.newBuilder().addCollectionNames("c").build())
            .getCollFlushTsOrThrow("c");
    GetFlushStateRequest state =
        GetFlushStateRequest.newBuilder().setFlushTs(tick).addSegmentIDs(7).build();
    assertThat(client.getFlushState(state).getFlushed()).isFalse();
    assertThat(client.getFlushState(state).getFlushed()).isTrue();
    assertThat(
            client
                .getReplicas(GetReplicasRequest.newBuilder().setCollectionName("c").build())
                .getReplicasList())
        .hasSize(1);
  }

  @Test
  @SuppressWarnings("deprecation") // SDKs still read the percentages
  void every_answer_carries_a_status_and_collections_are_found_by_id() {
    assertThat(client.connect(ConnectRequest.getDefaultInstance()).hasStatus()).isTrue();
    DescribeCollectionResponse byName =
        client.describeCollection(
            DescribeCollectionRequest.newBuilder().setCollectionName("c").build());
    assertThat(byName.hasStatus()).isTrue();
    assertThat(byName.getSchema().getFieldsList())
        .extracting(FieldSchema::getName)
        .containsExactly("id", "tag", "v");
    assertThat(
            client
                .describeCollection(
                    DescribeCollectionRequest.newBuilder()
                        .setCollectionID(byName.getCollectionID())
                        .build())
                .getCollectionName())
        .isEqualTo("c");
    assertThat(
            client
                .showCollections(
                    ShowCollectionsRequest.newBuilder().setType(ShowType.InMemory).build())
                .getInMemoryPercentagesList())
        .containsExactly(100L);
  }
}
