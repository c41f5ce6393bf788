package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.CompactionState;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.collection.request.ReleaseCollectionReq;
import io.milvus.v2.service.utility.request.CompactReq;
import io.milvus.v2.service.utility.request.FlushReq;
import io.milvus.v2.service.utility.request.GetCompactionStateReq;
import io.milvus.v2.service.vector.request.DeleteReq;
import io.milvus.v2.service.vector.request.GetReq;
import io.milvus.v2.service.vector.request.InsertReq;
import io.milvus.v2.service.vector.request.QueryReq;
import io.milvus.v2.service.vector.request.SearchReq;
import io.milvus.v2.service.vector.request.UpsertReq;
import io.milvus.v2.service.vector.request.data.BaseVector;
import io.milvus.v2.service.vector.request.data.FloatVec;
import io.milvus.v2.service.vector.response.QueryResp.QueryResult;
import io.milvus.v2.service.vector.response.SearchResp.SearchResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A collection of [EveryType] rows on a server, and beside it the model that it must agree with.
/// Every write goes to both; every question is asked of both. Reads are Strong. One thread.
final class TestCollection {
  private final MilvusClientV2 client;
  private final String name;
  private final CollectionModel model;

  TestCollection(MilvusClientV2 client, String name) {
    this(client, name, new CollectionModel(EveryType.KEY));
  }

  private TestCollection(MilvusClientV2 client, String name, CollectionModel model) {
    this.client = client;
    this.name = name;
    this.model = model;
  }

  /// The same collection through another client.
  TestCollection with(MilvusClientV2 other) {
    return new TestCollection(other, name, model);
  }

  CollectionModel model() {
    return model;
  }

  String name() {
    return name;
  }

  void insert(List<Map<String, Object>> rows) {
    long count =
        client
            .insert(InsertReq.builder().collectionName(name).data(json(rows)).build())
            .getInsertCnt();
    assertThat(count).as("inserted rows").isEqualTo(rows.size());
    rows.forEach(r -> model.put(EveryType.stored(r)));
  }

  void upsert(List<Map<String, Object>> rows) {
    long count =
        client
            .upsert(UpsertReq.builder().collectionName(name).data(json(rows)).build())
            .getUpsertCnt();
    assertThat(count).as("upserted rows").isEqualTo(rows.size());
    rows.forEach(r -> model.put(EveryType.stored(r)));
  }

  private static List<JsonObject> json(List<Map<String, Object>> rows) {
    return rows.stream().map(EveryType::json).toList();
  }

  void delete(List<Object> keys) {
    client.delete(DeleteReq.builder().collectionName(name).ids(keys).build());
    keys.forEach(model::delete);
  }

  void delete(ModelFilter filter) {
    client.delete(DeleteReq.builder().collectionName(name).filter(filter.text()).build());
    model.delete(filter);
  }

  void flush() {
    client.flush(FlushReq.builder().collectionNames(List.of(name)).build());
  }

  void load() {
    client.loadCollection(LoadCollectionReq.builder().collectionName(name).build());
  }

  void release() {
    client.releaseCollection(ReleaseCollectionReq.builder().collectionName(name).build());
  }

  /// Compacts and waits for the end of it.
  void compact() {
    long id = client.compact(CompactReq.builder().collectionName(name).build()).getCompactionID();
    Poll.until(
        "compaction " + id + " of " + name,
        () ->
            client
                    .getCompactionState(GetCompactionStateReq.builder().compactionID(id).build())
                    .getState()
                == CompactionState.Completed);
  }

  long count(ModelFilter filter) {
    QueryReq.QueryReqBuilder query =
        QueryReq.builder()
            .collectionName(name)
            .outputFields(List.of("count(*)"))
            .consistencyLevel(ConsistencyLevel.STRONG);
    if (!filter.text().isEmpty()) {
      query.filter(filter.text());
    }
    Object count =
        client.query(query.build()).getQueryResults().getFirst().getEntity().get("count(*)");
    if (!(count instanceof Long value)) {
      throw new AssertionError("count(*) of " + name + " answers " + count);
    }
    return value;
  }

  void checkCount(ModelFilter filter) {
    assertThat(count(filter)).as("count(*) of %s", filter.text()).isEqualTo(model.count(filter));
  }

  /// All fields of all rows that match.
  void checkQuery(ModelFilter filter) {
    List<Map<String, Object>> expected = model.rows(filter);
    QueryReq query =
        QueryReq.builder()
            .collectionName(name)
            .filter(filter.text())
            .outputFields(EveryType.FIELDS)
            .limit(16_384)
            .consistencyLevel(ConsistencyLevel.STRONG)
            .build();
    checkRows("query " + filter.text(), client.query(query).getQueryResults(), expected);
  }

  void checkGet(List<Object> keys) {
    GetReq get =
        GetReq.builder().collectionName(name).ids(keys).outputFields(EveryType.FIELDS).build();
    List<Map<String, Object>> expected =
        keys.stream().distinct().filter(model::has).map(model::row).toList();
    checkRows("get " + keys, client.get(get).getGetResults(), expected);
  }

  private static void checkRows(
      String question, List<QueryResult> answer, List<Map<String, Object>> expected) {
    List<Map<String, Object>> rows = new ArrayList<>();
    answer.forEach(r -> rows.add(EveryType.answered(r.getEntity())));
    Comparator<Map<String, Object>> byKey =
        Comparator.comparing(r -> String.valueOf(r.get(EveryType.KEY)));
    rows.sort(byKey);
    assertThat(rows).as(question).isEqualTo(expected.stream().sorted(byKey).toList());
  }

  /// A search of the vector field that must be exact: FLAT, or growing rows only.
  void checkExactSearch(
      List<Float> vector, CollectionModel.Distance distance, int k, ModelFilter filter) {
    String question = "search of the nearest " + k + " where " + filter.text();
    List<SearchResult> found = search(List.of(vector), k, filter, Map.of()).getFirst();
    model.checkExact(
        question, hits(found), EveryType.VECTOR, vector, distance, 0, k, filter::matches);
    for (SearchResult hit : found) {
      assertThat(EveryType.answered(hit.getEntity()))
          .as("output fields of a hit of %s", question)
          .isEqualTo(model.row(hit.getId()));
    }
  }

  /// Hits with all fields, one list for each vector.
  List<List<SearchResult>> search(
      List<List<Float>> vectors, int k, ModelFilter filter, Map<String, Object> params) {
    List<BaseVector> data = new ArrayList<>();
    vectors.forEach(v -> data.add(new FloatVec(v)));
    SearchReq.SearchReqBuilder search =
        SearchReq.builder()
            .collectionName(name)
            .annsField(EveryType.VECTOR)
            .data(data)
            .limit(k)
            .outputFields(EveryType.FIELDS)
            .searchParams(new HashMap<>(params))
            .consistencyLevel(ConsistencyLevel.STRONG);
    if (!filter.text().isEmpty()) {
      search.filter(filter.text());
    }
    return client.search(search.build()).getSearchResults();
  }

  static List<CollectionModel.Hit> hits(List<SearchResult> found) {
    return found.stream().map(r -> new CollectionModel.Hit(r.getId(), r.getScore())).toList();
  }
}
