package io.pandion.examples;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.reflect.TypeToken;
import io.milvus.v2.client.ConnectConfig;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.DropCollectionReq;
import io.milvus.v2.service.vector.request.DeleteReq;
import io.milvus.v2.service.vector.request.InsertReq;
import io.milvus.v2.service.vector.request.SearchReq;
import io.milvus.v2.service.vector.request.data.BaseVector;
import io.milvus.v2.service.vector.request.data.FloatVec;
import io.milvus.v2.service.vector.response.SearchResp.SearchResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Stores a few English words with their meaning as vectors, and asks which words are near.
///
/// `java … io.pandion.examples.Quickstart [uri]`; the server is `http://127.0.0.1:19530` unless
/// another one is named.
public final class Quickstart {
  private static final String COLLECTION = "quickstart_java";

  private final MilvusClientV2 client;

  private Quickstart(MilvusClientV2 client) {
    this.client = client;
  }

  public static void main(String[] arguments) throws IOException {
    String uri = arguments.length > 0 ? arguments[0] : "http://127.0.0.1:19530";
    MilvusClientV2 client = new MilvusClientV2(ConnectConfig.builder().uri(uri).build());
    try {
      new Quickstart(client).run();
    } finally {
      client.close();
    }
  }

  private void run() throws IOException {
    List<JsonObject> words = words();
    client.dropCollection(DropCollectionReq.builder().collectionName(COLLECTION).build());
    createCollection();
    client.insert(InsertReq.builder().collectionName(COLLECTION).data(words).build());
    System.out.println("inserted " + words.size() + " words");

    JsonObject tea =
        words.stream()
            .filter(w -> w.get("word").getAsString().equals("tea"))
            .findFirst()
            .orElseThrow();
    print("near tea", search(tea, ""));
    print("near tea, but no drink", search(tea, "kind != \"drink\""));

    client.delete(
        DeleteReq.builder().collectionName(COLLECTION).filter("word == \"coffee\"").build());
    print("near tea, without coffee", search(tea, ""));
    client.dropCollection(DropCollectionReq.builder().collectionName(COLLECTION).build());
  }

  private void createCollection() {
    CreateCollectionReq.CollectionSchema schema = MilvusClientV2.CreateSchema();
    schema.addField(
        AddFieldReq.builder().fieldName("id").dataType(DataType.Int64).isPrimaryKey(true).build());
    schema.addField(
        AddFieldReq.builder().fieldName("word").dataType(DataType.VarChar).maxLength(64).build());
    schema.addField(
        AddFieldReq.builder().fieldName("kind").dataType(DataType.VarChar).maxLength(64).build());
    schema.addField(
        AddFieldReq.builder()
            .fieldName("vector")
            .dataType(DataType.FloatVector)
            .dimension(100)
            .build());
    // A collection that is created with an index is loaded at once.
    client.createCollection(
        CreateCollectionReq.builder()
            .collectionName(COLLECTION)
            .collectionSchema(schema)
            .indexParam(
                IndexParam.builder()
                    .fieldName("vector")
                    .indexType(IndexParam.IndexType.HNSW)
                    .metricType(IndexParam.MetricType.COSINE)
                    .extraParams(Map.of("M", 16, "efConstruction", 200))
                    .build())
            .consistencyLevel(ConsistencyLevel.STRONG)
            .build());
  }

  private List<SearchResult> search(JsonObject word, String filter) {
    List<Float> vector =
        new Gson().fromJson(word.get("vector"), new TypeToken<List<Float>>() {}.getType());
    return client
        .search(
            SearchReq.builder()
                .collectionName(COLLECTION)
                .annsField("vector")
                .data(List.<BaseVector>of(new FloatVec(vector)))
                .filter(filter)
                .limit(4)
                .outputFields(List.of("word", "kind"))
                .build())
        .getSearchResults()
        .getFirst();
  }

  private static void print(String question, List<SearchResult> hits) {
    System.out.println(question + ":");
    for (SearchResult hit : hits) {
      System.out.printf(
          "  %.4f %s (%s)%n",
          hit.getScore(), hit.getEntity().get("word"), hit.getEntity().get("kind"));
    }
  }

  /// The examples' words: `id`, `word`, `kind` and a vector of 100.
  private static List<JsonObject> words() throws IOException {
    try (InputStream in = Quickstart.class.getResourceAsStream("/words.json")) {
      if (in == null) {
        throw new IOException("words.json is not on the class path");
      }
      Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
      return new Gson().fromJson(text, new TypeToken<List<JsonObject>>() {}.getType());
    }
  }
}
