package io.pandion.proxy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.Coordinator.IndexProgress;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.model.FieldSchema;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.protocol.DescribeIndexRequest;
import io.pandion.protocol.DescribeIndexResponse;
import io.pandion.protocol.GetIndexBuildProgressResponse;
import io.pandion.protocol.GetIndexStateResponse;
import io.pandion.protocol.GetIndexStatisticsResponse;
import io.pandion.protocol.IndexDescription;
import io.pandion.protocol.IndexState;
import io.pandion.protocol.MilvusServiceGrpc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Indexes.
record IndexService(Catalog catalog) {
  void register(Calls calls) {
    calls.on(
        MilvusServiceGrpc.getCreateIndexMethod(),
        (q, db) -> {
          FieldSchema field =
              catalog.collection(db, q.getCollectionName()).schema().field(q.getFieldName());
          Map<String, String> params = params(field, Catalog.map(q.getExtraParamsList()));
          String type = params.getOrDefault("index_type", "AUTOINDEX");
          String name = q.getIndexName().isEmpty() ? q.getFieldName() : q.getIndexName();
          return catalog.execute(
              new CatalogCommand.CreateIndex(
                  db, q.getCollectionName(), q.getFieldName(), name, type, params));
        });
    calls.on(
        MilvusServiceGrpc.getDropIndexMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.DropIndex(
                    db,
                    q.getCollectionName(),
                    q.getIndexName().isEmpty()
                        ? descriptions(db, q.getCollectionName(), "", q.getFieldName())
                            .getFirst()
                            .getIndexName()
                        : q.getIndexName())));
    calls.on(
        MilvusServiceGrpc.getAlterIndexMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.AlterIndex(
                    db,
                    q.getCollectionName(),
                    q.getIndexName(),
                    Catalog.map(q.getExtraParamsList()),
                    Set.copyOf(q.getDeleteKeysList()))));
    calls.on(MilvusServiceGrpc.getDescribeIndexMethod(), this::describe);
    calls.on(
        MilvusServiceGrpc.getGetIndexStatisticsMethod(),
        (q, db) ->
            GetIndexStatisticsResponse.newBuilder()
                .addAllIndexDescriptions(
                    descriptions(db, q.getCollectionName(), q.getIndexName(), ""))
                .build());
    calls.on(
        MilvusServiceGrpc.getGetIndexStateMethod(),
        (q, db) -> {
          IndexDescription found =
              descriptions(db, q.getCollectionName(), q.getIndexName(), q.getFieldName())
                  .getFirst();
          return GetIndexStateResponse.newBuilder()
              .setState(found.getState())
              .setFailReason(found.getIndexStateFailReason())
              .build();
        });
    calls.on(
        MilvusServiceGrpc.getGetIndexBuildProgressMethod(),
        (q, db) -> {
          IndexDescription found =
              descriptions(db, q.getCollectionName(), q.getIndexName(), q.getFieldName())
                  .getFirst();
          return GetIndexBuildProgressResponse.newBuilder()
              .setIndexedRows(found.getIndexedRows())
              .setTotalRows(found.getTotalRows())
              .build();
        });
  }

  /// The parameters flat: those in the JSON object `params` beside the others, the type in upper
  /// case, and the metric of a vector field that names none: COSINE, as in Milvus.
  static Map<String, String> params(FieldSchema field, Map<String, String> given) {
    Map<String, String> out = new LinkedHashMap<>(given);
    String nested = out.remove("params");
    if (nested != null) {
      JsonText.entries("params", nested).forEach(out::put);
    }
    out.put("index_type", out.getOrDefault("index_type", "AUTOINDEX").toUpperCase(Locale.ROOT));
    if (field.type().isVector()) {
      String metric = out.getOrDefault("metric_type", "");
      out.put("metric_type", (metric.isEmpty() ? Metric.COSINE : Metric.of(metric)).name());
    } else if (out.getOrDefault("metric_type", "").isEmpty()) {
      out.remove("metric_type");
    }
    return out;
  }

  private DescribeIndexResponse describe(DescribeIndexRequest request, String database) {
    return DescribeIndexResponse.newBuilder()
        .addAllIndexDescriptions(
            descriptions(
                database,
                request.getCollectionName(),
                request.getIndexName(),
                request.getFieldName()))
        .build();
  }

  /// @param indexName empty = any
  /// @param fieldName empty = any
  /// @throws PandionException NOT_FOUND INDEX
  private List<IndexDescription> descriptions(
      String database, String collectionName, String indexName, String fieldName) {
    CollectionInfo collection = catalog.collection(database, collectionName);
    List<IndexProgress> progress = catalog.coordinator().indexProgress(collection.id());
    List<IndexDescription> out = new ArrayList<>();
    for (IndexInfo index : catalog.now().indexes(collection.id())) {
      String field = collection.schema().field(index.fieldId()).name();
      boolean wanted =
          (indexName.isEmpty() || indexName.equals(index.name()))
              && (fieldName.isEmpty() || fieldName.equals(field));
      if (wanted) {
        out.add(description(index, field, progress));
      }
    }
    if (out.isEmpty()) {
      throw PandionException.notFound(
          PandionException.Subject.INDEX,
          "index not found[collection=" + collection.name() + "][index=" + indexName + "]");
    }
    return out;
  }

  private static IndexDescription description(
      IndexInfo index, String field, List<IndexProgress> progress) {
    IndexDescription.Builder out =
        IndexDescription.newBuilder()
            .setIndexName(index.name())
            .setIndexID(index.id())
            .setFieldName(field)
            .addAllParams(Catalog.pairs(index.params()))
            .setState(IndexState.Finished);
    for (IndexProgress p : progress) {
      if (p.indexId() == index.id()) {
        out.setTotalRows(p.totalRows())
            .setIndexedRows(p.indexedRows())
            .setPendingIndexRows(p.pendingRows())
            .setIndexStateFailReason(p.failure())
            .setState(
                p.failedSegments() > 0
                    ? IndexState.Failed
                    : p.pendingRows() > 0 ? IndexState.InProgress : IndexState.Finished);
      }
    }
    return out.build();
  }
}
