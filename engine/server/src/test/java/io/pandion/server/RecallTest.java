package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexBuildState;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq.CollectionSchema;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.index.request.DescribeIndexReq;
import io.milvus.v2.service.utility.request.FlushReq;
import io.milvus.v2.service.vector.request.InsertReq;
import io.milvus.v2.service.vector.request.SearchReq;
import io.milvus.v2.service.vector.request.data.BaseVector;
import io.milvus.v2.service.vector.request.data.FloatVec;
import io.milvus.v2.service.vector.response.SearchResp.SearchResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Recall at 10 against the exact answer, on real word vectors: growing, sealed and mixed data,
/// without a filter and with filters that pass 50 %, 10 % and 1 % of the rows.
@SuppressWarnings("NullAway.Init") // the server starts before the tests
class RecallTest {
  private static final int K = 10;
  private static final int QUERIES = 100;

  /// Where the rows are.
  enum State {
    GROWING,
    SEALED,
    MIXED
  }

  @TempDir static Path data;
  private static ServerProcess server;
  private static MilvusClientV2 client;
  private static GloveWords words;

  @BeforeAll
  static void start() throws Exception {
    words = new GloveWords();
    server = ServerProcess.start("recall", data);
    client = server.client();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "FLAT,GROWING,1.0",
    "FLAT,SEALED,1.0",
    "FLAT,MIXED,1.0",
    "HNSW,GROWING,0.95",
    "HNSW,SEALED,0.95",
    "HNSW,MIXED,0.95"
  })
  void recall_at_10_of_the_nearest_words(IndexParam.IndexType index, State state, double least) {
    String name = "words_" + index + "_" + state;
    create(name, index);
    switch (state) {
      case GROWING -> insert(name, 0, words.size());
      case SEALED -> {
        insert(name, 0, words.size());
        seal(name);
      }
      case MIXED -> {
        insert(name, 0, words.size() / 2);
        seal(name);
        insert(name, words.size() / 2, words.size());
      }
    }
    for (int every : new int[] {1, 2, 10, 100}) {
      double recall = recall(name, every);
      System.out.printf("recall@10 of %s, 1 of %d rows pass: %.4f%n", name, every, recall);
      assertThat(recall)
          .as("recall of %s where 1 of %d rows pass", name, every)
          .isGreaterThanOrEqualTo(least);
    }
    assertThat(search(name, words.vector(0), "id in [1, 50, 7000, 7001, 9999]"))
        .as("hits where five rows pass")
        .hasSize(5);
  }

  private static void create(String name, IndexParam.IndexType index) {
    CollectionSchema schema = MilvusClientV2.CreateSchema();
    schema.addField(EveryType.key(DataType.Int64));
    schema.addField(
        AddFieldReq.builder().fieldName("word").dataType(DataType.VarChar).maxLength(64).build());
    schema.addField(EveryType.vector("vector", GloveWords.DIMENSION));
    client.createCollection(
        CreateCollectionReq.builder()
            .collectionName(name)
            .collectionSchema(schema)
            .indexParam(
                IndexParam.builder()
                    .fieldName("vector")
                    .indexType(index)
                    .metricType(IndexParam.MetricType.COSINE)
                    .extraParams(
                        index == IndexParam.IndexType.HNSW
                            ? Map.of("M", 16, "efConstruction", 200)
                            : Map.of())
                    .build())
            .consistencyLevel(ConsistencyLevel.STRONG)
            .build());
  }

  private static void insert(String name, int from, int to) {
    for (int start = from; start < to; start += 1_000) {
      List<JsonObject> rows = new ArrayList<>();
      for (int id = start; id < Math.min(to, start + 1_000); id++) {
        rows.add(words.row(id));
      }
      client.insert(InsertReq.builder().collectionName(name).data(rows).build());
    }
  }

  /// Flushes, and waits until the index is built and in service.
  private static void seal(String name) {
    client.flush(FlushReq.builder().collectionNames(List.of(name)).build());
    Poll.until(
        "index of " + name,
        () -> {
          var index =
              client
                  .describeIndex(
                      DescribeIndexReq.builder().collectionName(name).fieldName("vector").build())
                  .getIndexDescByFieldName("vector");
          return index.getIndexState() == IndexBuildState.Finished
              && index.getPendingIndexRows() == 0;
        });
    client.loadCollection(LoadCollectionReq.builder().collectionName(name).refresh(true).build());
  }

  private static double recall(String name, int every) {
    Random random = new Random(every);
    int hits = 0;
    for (int i = 0; i < QUERIES; i++) {
      float[] query =
          i % 2 == 0
              ? words.vector(random.nextInt(words.size()))
              : words.between(random.nextInt(words.size()), random.nextInt(words.size()));
      List<Long> truth = words.nearest(query, K, id -> id % every == every / 2);
      List<SearchResult> found =
          search(name, query, every == 1 ? "" : "id % " + every + " == " + every / 2);
      assertThat(found).as("k rows whenever k exist").hasSize(K);
      hits += (int) found.stream().filter(r -> truth.contains((Long) r.getId())).count();
    }
    return hits / (double) (QUERIES * K);
  }

  private static List<SearchResult> search(String name, float[] query, String filter) {
    SearchReq.SearchReqBuilder search =
        SearchReq.builder()
            .collectionName(name)
            .annsField("vector")
            .data(List.<BaseVector>of(new FloatVec(query)))
            .limit(K)
            .searchParams(Map.of("ef", 64));
    if (!filter.isEmpty()) {
      search.filter(filter);
    }
    return client.search(search.build()).getSearchResults().getFirst();
  }
}
