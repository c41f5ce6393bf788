package io.pandion.server;

import static io.pandion.server.BadRequest.COLLECTION;
import static io.pandion.server.BadRequest.FIELD;
import static io.pandion.server.BadRequest.INDEX;
import static io.pandion.server.BadRequest.INVALID;
import static io.pandion.server.BadRequest.UNSUPPORTED;
import static io.pandion.server.BadRequest.either;
import static io.pandion.server.BadRequest.refused;

import io.pandion.protocol.DescribeIndexRequest;
import io.pandion.protocol.DropIndexRequest;
import java.util.List;
import java.util.Map;

/// Indexes that must be refused.
final class BadIndexRequests {
  private BadIndexRequests() {}

  private static BadRequest index(
      String what, String field, Map<String, String> params, String... fragments) {
    return either(
        what,
        INVALID,
        FIELD,
        s -> s.createIndex(Wire.index("plain", field, "by", params)),
        fragments);
  }

  private static Map<String, String> hnsw(String params) {
    return Map.of("index_type", "HNSW", "metric_type", "L2", "params", params);
  }

  static List<BadRequest> all() {
    return List.of(
        index("M = 1", "vec", hnsw("{\"M\": 1, \"efConstruction\": 64}"), "M", "1"),
        index("M = 5,000", "vec", hnsw("{\"M\": 5000, \"efConstruction\": 64}"), "M", "5000"),
        index("M = wide", "vec", hnsw("{\"M\": \"wide\", \"efConstruction\": 64}"), "M", "wide"),
        index(
            "efConstruction = 0",
            "vec",
            hnsw("{\"M\": 16, \"efConstruction\": 0}"),
            "efConstruction",
            "0"),
        index("index parameters that are no JSON", "vec", hnsw("{"), "params"),
        index(
            "an index of unknown metric",
            "vec",
            Map.of("index_type", "FLAT", "metric_type", "FOO"),
            "FOO"),
        index(
            "an unknown index type",
            "vec",
            Map.of("index_type", "TURBO", "metric_type", "L2"),
            "TURBO"),
        refused(
            "an index type of Milvus that is not built",
            UNSUPPORTED,
            s ->
                s.createIndex(
                    Wire.index(
                        "plain",
                        "vec",
                        "by",
                        Map.of("index_type", "GPU_IVF_FLAT", "metric_type", "L2"))),
            "GPU_IVF_FLAT"),
        index("an index of no field", "nope", Map.of("index_type", "FLAT"), "nope"),
        index("HNSW of a number", "num", hnsw("{}"), "num", "HNSW"),
        index("STL_SORT of a vector", "vec", Map.of("index_type", "STL_SORT"), "vec", "STL_SORT"),
        refused(
            "a second index of one field",
            INVALID,
            s ->
                s.createIndex(
                    Wire.index(
                        "bad", "vec", "second", Map.of("index_type", "FLAT", "metric_type", "IP"))),
            "index"),
        refused(
            "an index named 1abc",
            INVALID,
            s ->
                s.createIndex(Wire.index("plain", "num", "1abc", Map.of("index_type", "STL_SORT"))),
            "1abc"),
        refused(
            "an index in no collection",
            COLLECTION,
            s -> s.createIndex(Wire.index("nowhere", "vec", "by", hnsw("{}"))),
            "nowhere"),
        refused(
            "description of no index",
            INDEX,
            s ->
                s.describeIndex(
                        DescribeIndexRequest.newBuilder()
                            .setCollectionName("bad")
                            .setIndexName("none")
                            .build())
                    .getStatus(),
            "none"),
        refused(
            "drop of the index of a loaded collection",
            INVALID,
            s ->
                s.dropIndex(
                    DropIndexRequest.newBuilder()
                        .setCollectionName("bad")
                        .setIndexName("vec_index")
                        .build()),
            "loaded",
            "bad"));
  }
}
