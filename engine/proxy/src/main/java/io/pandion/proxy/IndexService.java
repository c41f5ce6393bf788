package io.pandion.proxy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.Coordinator.IndexProgress;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.model.PandionException;
import io.pandion.protocol.DescribeIndexRequest;
import io.pandion.protocol.DescribeIndexResponse;
import io.pandion.protocol.IndexDescription;
import io.pandion.protocol.IndexState;
import io.pandion.protocol.MilvusServiceGrpc;
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
          Map<String, String> params = Catalog.map(q.getExtraParamsList());
          String type = params.getOrDefault("index_type", "AUTOINDEX").toUpperCase(Locale.ROOT);
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
                    q.getIndexName().isEmpty() ? q.getFieldName() : q.getIndexName())));
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
  }

  private DescribeIndexResponse describe(DescribeIndexRequest request, String database) {
    CollectionInfo collection = catalog.collection(database, request.getCollectionName());
    List<IndexProgress> progress = catalog.coordinator().indexProgress(collection.id());
    DescribeIndexResponse.Builder out = DescribeIndexResponse.newBuilder();
    for (IndexInfo index : catalog.now().indexes(collection.id())) {
      String field = collection.schema().field(index.fieldId()).name();
      boolean wanted =
          (request.getIndexName().isEmpty() || request.getIndexName().equals(index.name()))
              && (request.getFieldName().isEmpty() || request.getFieldName().equals(field));
      if (wanted) {
        out.addIndexDescriptions(description(index, field, progress));
      }
    }
    if (out.getIndexDescriptionsCount() == 0) {
      throw PandionException.notFound(
          PandionException.Subject.INDEX,
          "index not found[collection="
              + collection.name()
              + "][index="
              + request.getIndexName()
              + "]");
    }
    return out.build();
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
