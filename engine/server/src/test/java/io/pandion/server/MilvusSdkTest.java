package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.milvus.orm.iterator.QueryIterator;
import io.milvus.orm.iterator.SearchIteratorV2;
import io.milvus.response.QueryResultsWrapper.RowRecord;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.exception.MilvusClientException;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.DropCollectionReq;
import io.milvus.v2.service.collection.request.TruncateCollectionReq;
import io.milvus.v2.service.vector.request.InsertReq;
import io.milvus.v2.service.vector.request.QueryIteratorReq;
import io.milvus.v2.service.vector.request.QueryReq;
import io.milvus.v2.service.vector.request.SearchIteratorReqV2;
import io.milvus.v2.service.vector.request.SearchReq;
import io.milvus.v2.service.vector.request.data.BaseVector;
import io.milvus.v2.service.vector.request.data.FloatVec;
import io.milvus.v2.service.vector.response.QueryResp.QueryResult;
import io.milvus.v2.service.vector.response.SearchResp.SearchResult;
import io.pandion.server.CollectionModel.Distance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The unmodified Milvus client for Java writes, reads and searches, and the answers are those of
/// an exact model in memory.
@SuppressWarnings("NullAway.Init") // the server starts before the tests
class MilvusSdkTest {
  private static final int DIMENSION = 16;
  private static final int ROWS = 10_000;
  private static final int BATCH = 1_000;

  @TempDir static Path data;
  private static ServerProcess server;
  private static MilvusClientV2 client;

  private final long seed = Long.getLong("seed", 20_251_124);
  private final Random random = new Random(seed);

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.start("milvus-sdk", data);
    client = server.client();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({"Int64,HNSW,L2", "VarChar,FLAT,COSINE", "Int64,AUTOINDEX,IP"})
  void ten_thousand_rows_of_every_type_answer_like_the_model(
      DataType keyType, IndexParam.IndexType index, Distance distance) {
    TestCollection rows = create("every_" + index + "_" + keyType, keyType, index, distance);
    for (int from = 0; from < ROWS; from += BATCH) {
      rows.insert(batch(keyType, from, BATCH));
    }
    checkAll(rows, distance, "growing");
    rows.upsert(batch(keyType, 500, 300));
    rows.upsert(batch(keyType, ROWS, 100));
    rows.delete(List.copyOf(rows.model().keys().subList(0, 50)));
    rows.delete(ModelFilter.compare("tiny", ">", 120L).and(ModelFilter.isNotNull("big")));
    checkAll(rows, distance, "after upserts and deletes");
    rows.flush();
    checkAll(rows, distance, "flushed");
    rows.release();
    assertThatThrownBy(() -> rows.count(ModelFilter.ALL))
        .isInstanceOf(MilvusClientException.class)
        .hasMessageContaining("not loaded");
    rows.load();
    checkAll(rows, distance, "loaded again");
    rows.upsert(batch(keyType, 2_000, 200));
    rows.delete(ModelFilter.modulo("num", 5, 3).and(ModelFilter.compare("exact", "<", -500d)));
    rows.compact();
    checkAll(rows, distance, "compacted");
    client.dropCollection(DropCollectionReq.builder().collectionName(rows.name()).build());
  }

  private void checkAll(TestCollection rows, Distance distance, String state) {
    System.out.println(rows.name() + " " + state + ", seed " + seed);
    rows.checkCount(ModelFilter.ALL);
    List<Object> keys = rows.model().keys();
    rows.checkGet(List.of(keys.getFirst(), keys.get(keys.size() / 2), keys.getLast()));
    for (int i = 0; i < 15; i++) {
      ModelFilter filter = EveryType.filter(random);
      rows.checkCount(filter);
      rows.checkQuery(filter);
    }
    checkSearches(rows, distance, state);
  }

  /// Sound for every index, exact for FLAT, of high recall for the others.
  private void checkSearches(TestCollection rows, Distance distance, String state) {
    int hits = 0;
    int truths = 0;
    for (int i = 0; i < 10; i++) {
      ModelFilter filter = i % 2 == 0 ? ModelFilter.ALL : EveryType.filter(random);
      List<List<Float>> vectors =
          List.of(
              EveryType.vector(random, DIMENSION),
              EveryType.vector(random, DIMENSION),
              EveryType.vector(random, DIMENSION));
      List<List<SearchResult>> answers = rows.search(vectors, 20, filter, Map.of("ef", 100));
      assertThat(answers).hasSize(3);
      for (int q = 0; q < 3; q++) {
        List<CollectionModel.Hit> found = TestCollection.hits(answers.get(q));
        List<CollectionModel.Hit> truth =
            rows.model().search(EveryType.VECTOR, vectors.get(q), distance, 20, filter::matches);
        assertThat(found).as("%s, %s: hits", state, filter.text()).hasSize(truth.size());
        rows.model()
            .checkSound(
                state + ", " + filter.text(),
                found,
                EveryType.VECTOR,
                vectors.get(q),
                distance,
                filter::matches);
        Set<Object> expected = new HashSet<>();
        truth.forEach(h -> expected.add(h.key()));
        hits += (int) found.stream().filter(h -> expected.contains(h.key())).count();
        truths += truth.size();
      }
    }
    double least = rows.name().contains("FLAT") ? 1.0 : 0.95;
    assertThat(hits / (double) truths)
        .as("recall of %s, %s", rows.name(), state)
        .isGreaterThanOrEqualTo(least);
  }

  @Test
  void a_range_search_and_an_offset_cut_the_exact_answer() {
    TestCollection rows = create("range", DataType.Int64, IndexParam.IndexType.FLAT, Distance.L2);
    rows.insert(batch(DataType.Int64, 0, 1_000));
    List<Float> vector = EveryType.vector(random, DIMENSION);
    List<CollectionModel.Hit> truth =
        rows.model().search(EveryType.VECTOR, vector, Distance.L2, 1_000, _ -> true);
    double near = truth.get(100).score() + 1e-4;
    double far = truth.get(200).score() + 1e-4;
    List<SearchResult> ring =
        rows.search(
                List.of(vector), 500, ModelFilter.ALL, Map.of("radius", far, "range_filter", near))
            .getFirst();
    rows.model()
        .checkExact(
            "ring of rows 101 to 200",
            TestCollection.hits(ring),
            EveryType.VECTOR,
            vector,
            Distance.L2,
            0,
            500,
            row -> {
              double score = Distance.L2.between(vector, vector(row));
              return score >= near && score < far;
            });
    SearchReq page =
        SearchReq.builder()
            .collectionName(rows.name())
            .annsField(EveryType.VECTOR)
            .data(List.<BaseVector>of(new FloatVec(vector)))
            .limit(15)
            .offset(30)
            .consistencyLevel(ConsistencyLevel.STRONG)
            .build();
    rows.model()
        .checkExact(
            "places 30 to 44",
            TestCollection.hits(client.search(page).getSearchResults().getFirst()),
            EveryType.VECTOR,
            vector,
            Distance.L2,
            30,
            15,
            _ -> true);
  }

  @SuppressWarnings("unchecked") // vectors are lists of floats
  private static List<Float> vector(Map<String, Object> row) {
    if (!(row.get(EveryType.VECTOR) instanceof List<?> vector)) {
      throw new IllegalArgumentException("no vector: " + row);
    }
    return (List<Float>) vector;
  }

  @Test
  void pages_of_a_query_are_disjoint_and_together_the_whole() {
    TestCollection rows =
        create("pages", DataType.Int64, IndexParam.IndexType.AUTOINDEX, Distance.L2);
    rows.insert(batch(DataType.Int64, 0, 500));
    rows.flush();
    rows.insert(batch(DataType.Int64, 500, 500));
    ModelFilter filter = ModelFilter.compare("tiny", ">=", 0L);
    List<Object> keys = new ArrayList<>();
    for (int offset = 0; offset < 1_000; offset += 100) {
      QueryReq query =
          QueryReq.builder()
              .collectionName(rows.name())
              .filter(filter.text())
              .outputFields(List.of(EveryType.KEY))
              .offset(offset)
              .limit(100)
              .consistencyLevel(ConsistencyLevel.STRONG)
              .build();
      for (QueryResult row : client.query(query).getQueryResults()) {
        keys.add(row.getEntity().get(EveryType.KEY));
      }
    }
    assertThat(keys)
        .containsExactlyElementsOf(
            rows.model().rows(filter).stream().map(r -> r.get(EveryType.KEY)).toList());
  }

  @Test
  void all_steps_of_an_iterator_see_the_rows_of_the_first() {
    TestCollection rows = create("steps", DataType.Int64, IndexParam.IndexType.HNSW, Distance.L2);
    rows.insert(batch(DataType.Int64, 0, 600));
    rows.flush();
    rows.insert(batch(DataType.Int64, 600, 400));
    List<Object> keys = rows.model().keys();
    QueryIterator queries =
        client.queryIterator(
            QueryIteratorReq.builder()
                .collectionName("steps")
                .expr("")
                .outputFields(List.of(EveryType.KEY))
                .batchSize(100)
                .build());
    SearchIteratorV2 searches =
        client.searchIteratorV2(
            SearchIteratorReqV2.builder()
                .collectionName("steps")
                .vectorFieldName(EveryType.VECTOR)
                .vectors(List.of(new FloatVec(EveryType.vector(random, DIMENSION))))
                .metricType(IndexParam.MetricType.L2)
                .searchParams(new HashMap<>(Map.of("ef", 1_000)))
                .outputFields(List.of(EveryType.KEY))
                .limit(1_000)
                .batchSize(100)
                .build());
    List<Object> queried = new ArrayList<>();
    List<Object> searched = new ArrayList<>();
    for (int step = 0; ; step++) {
      List<RowRecord> found = queries.next();
      List<SearchResult> near = searches.next();
      if (found.isEmpty() && near.isEmpty()) {
        break;
      }
      found.forEach(row -> queried.add(row.get(EveryType.KEY)));
      near.forEach(row -> searched.add(row.getId()));
      rows.upsert(batch(DataType.Int64, 300 + 50 * step, 50));
      rows.delete(List.of((Object) (999L - step), 500L - step));
      rows.insert(batch(DataType.Int64, 2_000 + 50 * step, 50));
      if (step % 3 == 0) {
        rows.flush();
      }
    }
    queries.close();
    searches.close();
    assertThat(queried).containsExactlyElementsOf(keys);
    assertThat(searched).doesNotHaveDuplicates().containsAll(keys);
    assertThat(rows.model().keys()).isNotEqualTo(keys);
  }

  @Test
  void keys_that_the_server_gives_are_unique_and_found() {
    CreateCollectionReq.CollectionSchema schema = MilvusClientV2.CreateSchema();
    schema.addField(
        io.milvus.v2.service.collection.request.AddFieldReq.builder()
            .fieldName(EveryType.KEY)
            .dataType(DataType.Int64)
            .isPrimaryKey(true)
            .autoID(true)
            .build());
    schema.addField(EveryType.field("n", DataType.Int32));
    schema.addField(EveryType.vector(EveryType.VECTOR, 4));
    client.createCollection(
        CreateCollectionReq.builder()
            .collectionName("auto_keys")
            .collectionSchema(schema)
            .indexParams(List.of(index(IndexParam.IndexType.FLAT, Distance.L2)))
            .consistencyLevel(ConsistencyLevel.STRONG)
            .build());
    Set<Object> keys = new HashSet<>();
    for (int batch = 0; batch < 3; batch++) {
      List<com.google.gson.JsonObject> rows = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        rows.add(
            EveryType.json(
                Map.of("n", batch * 100L + i, EveryType.VECTOR, EveryType.vector(random, 4))));
      }
      keys.addAll(
          client
              .insert(InsertReq.builder().collectionName("auto_keys").data(rows).build())
              .getPrimaryKeys());
    }
    assertThat(keys).hasSize(300);
    QueryReq all =
        QueryReq.builder()
            .collectionName("auto_keys")
            .filter("n >= 0")
            .outputFields(List.of(EveryType.KEY, "n"))
            .build();
    Set<Object> found = new HashSet<>();
    Set<Object> numbers = new HashSet<>();
    for (QueryResult row : client.query(all).getQueryResults()) {
      found.add(row.getEntity().get(EveryType.KEY));
      numbers.add(row.getEntity().get("n"));
    }
    assertThat(found).isEqualTo(keys);
    assertThat(numbers).hasSize(300);
  }

  @Test
  void a_truncated_collection_is_empty_and_takes_rows_again() {
    TestCollection rows =
        create("truncated", DataType.Int64, IndexParam.IndexType.HNSW, Distance.L2);
    rows.insert(batch(DataType.Int64, 0, 300));
    rows.flush();
    rows.insert(batch(DataType.Int64, 300, 300));
    client.truncateCollection(TruncateCollectionReq.builder().collectionName("truncated").build());
    rows.model().clear();
    rows.checkCount(ModelFilter.ALL);
    rows.insert(batch(DataType.Int64, 100, 200));
    rows.checkCount(ModelFilter.ALL);
    rows.checkQuery(ModelFilter.compare("tiny", "<", 0L));
    rows.release();
    rows.load();
    rows.checkCount(ModelFilter.ALL);
  }

  private static TestCollection create(
      String name, DataType keyType, IndexParam.IndexType index, Distance distance) {
    client.createCollection(
        CreateCollectionReq.builder()
            .collectionName(name)
            .collectionSchema(EveryType.schema(keyType, DIMENSION))
            .indexParams(List.of(index(index, distance)))
            .consistencyLevel(ConsistencyLevel.STRONG)
            .numShards(2)
            .build());
    return new TestCollection(client, name);
  }

  private static IndexParam index(IndexParam.IndexType type, Distance distance) {
    return IndexParam.builder()
        .fieldName(EveryType.VECTOR)
        .indexType(type)
        .metricType(IndexParam.MetricType.valueOf(distance.name()))
        .extraParams(
            type == IndexParam.IndexType.HNSW ? Map.of("M", 16, "efConstruction", 200) : Map.of())
        .build();
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
