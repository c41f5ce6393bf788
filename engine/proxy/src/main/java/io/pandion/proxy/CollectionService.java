package io.pandion.proxy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.meta.AliasInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.TimeTick;
import io.pandion.protocol.BoolResponse;
import io.pandion.protocol.DescribeAliasResponse;
import io.pandion.protocol.ListAliasesResponse;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.ShowPartitionsResponse;
import io.pandion.protocol.TruncateCollectionResponse;
import java.util.List;
import java.util.Set;

/// Collections, partitions and aliases.
record CollectionService(Catalog catalog) {
  void register(Calls calls) {
    calls.on(
        MilvusServiceGrpc.getCreateCollectionMethod(),
        (q, db) -> {
          CollectionSchema schema = Schemas.parse(q.getCollectionName(), q.getSchema());
          int partitions =
              schema.partitionKey().isEmpty()
                  ? 0
                  : q.getNumPartitions() == 0 ? 16 : Math.toIntExact(q.getNumPartitions());
          return catalog.execute(
              new CatalogCommand.CreateCollection(
                  db,
                  schema,
                  Math.max(1, q.getShardsNum()),
                  q.getConsistencyLevelValue(),
                  partitions,
                  Catalog.map(q.getPropertiesList())));
        });
    calls.on(
        MilvusServiceGrpc.getDropCollectionMethod(),
        (q, db) -> catalog.execute(new CatalogCommand.DropCollection(db, q.getCollectionName())));
    calls.on(
        MilvusServiceGrpc.getHasCollectionMethod(),
        (q, db) ->
            bool(
                catalog
                    .now()
                    .resolve(catalog.database(db).id(), q.getCollectionName())
                    .isPresent()));
    calls.on(
        MilvusServiceGrpc.getRenameCollectionMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.RenameCollection(
                    db,
                    q.getOldName(),
                    q.getNewDBName().isEmpty() ? db : q.getNewDBName(),
                    q.getNewName())));
    calls.on(
        MilvusServiceGrpc.getAlterCollectionMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.AlterCollection(
                    db,
                    q.getCollectionName(),
                    Catalog.map(q.getPropertiesList()),
                    Set.copyOf(q.getDeleteKeysList()))));
    registerSchemas(calls);
    registerPartitions(calls);
    registerAliases(calls);
  }

  private void registerPartitions(Calls calls) {
    calls.on(
        MilvusServiceGrpc.getCreatePartitionMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.CreatePartition(
                    db, q.getCollectionName(), q.getPartitionName())));
    calls.on(
        MilvusServiceGrpc.getDropPartitionMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.DropPartition(db, q.getCollectionName(), q.getPartitionName())));
    calls.on(
        MilvusServiceGrpc.getHasPartitionMethod(),
        (q, db) ->
            bool(
                catalog
                    .now()
                    .partition(
                        catalog.collection(db, q.getCollectionName()).id(), q.getPartitionName())
                    .isPresent()));
    calls.on(
        MilvusServiceGrpc.getShowPartitionsMethod(),
        (q, db) -> {
          ShowPartitionsResponse.Builder out = ShowPartitionsResponse.newBuilder();
          for (PartitionInfo partition :
              catalog
                  .now()
                  .partitions(
                      catalog.collection(db, q.getCollectionName(), q.getCollectionID()).id())) {
            out.addPartitionNames(partition.name())
                .addPartitionIDs(partition.id())
                .addCreatedTimestamps(partition.createTick())
                .addCreatedUtcTimestamps(TimeTick.millis(partition.createTick()));
          }
          return out.build();
        });
  }

  private void registerAliases(Calls calls) {
    calls.on(
        MilvusServiceGrpc.getCreateAliasMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.CreateAlias(db, q.getCollectionName(), q.getAlias())));
    calls.on(
        MilvusServiceGrpc.getDropAliasMethod(),
        (q, db) -> catalog.execute(new CatalogCommand.DropAlias(db, q.getAlias())));
    calls.on(
        MilvusServiceGrpc.getAlterAliasMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.AlterAlias(db, q.getCollectionName(), q.getAlias())));
    calls.on(
        MilvusServiceGrpc.getDescribeAliasMethod(),
        (q, db) ->
            DescribeAliasResponse.newBuilder()
                .setDbName(db)
                .setAlias(q.getAlias())
                .setCollection(catalog.aliased(db, q.getAlias()).name())
                .build());
    calls.on(
        MilvusServiceGrpc.getListAliasesMethod(),
        (q, db) ->
            ListAliasesResponse.newBuilder()
                .setDbName(db)
                .setCollectionName(q.getCollectionName())
                .addAllAliases(aliases(db, q.getCollectionName()))
                .build());
  }

  /// @param collection empty = all of the database
  private List<String> aliases(String database, String collection) {
    List<AliasInfo> found =
        collection.isEmpty()
            ? catalog.now().aliasesOf(catalog.database(database).id())
            : catalog.now().aliases(catalog.collection(database, collection).id());
    return found.stream().map(AliasInfo::name).toList();
  }

  private void registerSchemas(Calls calls) {
    calls.on(
        MilvusServiceGrpc.getAlterCollectionFieldMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.AlterField(
                    db,
                    q.getCollectionName(),
                    q.getFieldName(),
                    Catalog.map(q.getPropertiesList()),
                    Set.copyOf(q.getDeleteKeysList()))));
    calls.on(
        MilvusServiceGrpc.getAddCollectionFieldMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.AddField(
                    db,
                    q.getCollectionName(),
                    Schemas.parseField(q.getCollectionName(), q.getSchema()))));
    calls.on(
        MilvusServiceGrpc.getTruncateCollectionMethod(),
        (q, db) ->
            TruncateCollectionResponse.newBuilder()
                .setStatus(
                    catalog.execute(
                        new CatalogCommand.TruncateCollection(db, q.getCollectionName())))
                .build());
  }

  private static BoolResponse bool(boolean value) {
    return BoolResponse.newBuilder().setValue(value).build();
  }
}
