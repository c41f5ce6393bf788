package io.pandion.server;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Collections of a few rows of every type, with a FLAT index, as tests of the catalog need them.
final class SmallCollections {
  static final int DIMENSION = 4;

  private SmallCollections() {}

  static void create(
      MilvusClientV2 with, String name, CreateCollectionReq.CollectionSchema schema) {
    with.createCollection(
        CreateCollectionReq.builder()
            .collectionName(name)
            .collectionSchema(schema)
            .indexParam(
                IndexParam.builder()
                    .fieldName("vec")
                    .indexType(IndexParam.IndexType.FLAT)
                    .metricType(IndexParam.MetricType.L2)
                    .build())
            .consistencyLevel(ConsistencyLevel.STRONG)
            .build());
  }

  static List<Map<String, Object>> batch(Random random, int from, int count) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (long key = from; key < from + count; key++) {
      rows.add(EveryType.row(random, key, DIMENSION));
    }
    return rows;
  }
}
