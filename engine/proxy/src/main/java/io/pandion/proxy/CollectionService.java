package io.pandion.proxy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.meta.AliasInfo;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.TimeTick;
import io.pandion.protocol.BoolResponse;
import io.pandion.protocol.DescribeCollectionRequest;
import io.pandion.protocol.DescribeCollectionResponse;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.ShowCollectionsResponse;
import io.pandion.protocol.ShowPartitionsResponse;
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
    calls.on(MilvusServiceGrpc.getDescribeCollectionMethod(), this::describe);
    calls.on(MilvusServiceGrpc.getShowCollectionsMethod(), (_, db) -> show(db));
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
              catalog.now().partitions(catalog.collection(db, q.getCollectionName()).id())) {
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
  }

  private DescribeCollectionResponse describe(DescribeCollectionRequest request, String database) {
    CollectionInfo collection = catalog.collection(database, request.getCollectionName());
    DescribeCollectionResponse.Builder out =
        DescribeCollectionResponse.newBuilder()
            .setSchema(Schemas.wire(collection.schema()))
            .setCollectionID(collection.id())
            .setCollectionName(collection.name())
            .setDbName(database)
            .setDbId(collection.databaseId())
            .setShardsNum(collection.shards().size())
            .setConsistencyLevelValue(collection.consistencyLevel())
            .setNumPartitions(catalog.now().partitions(collection.id()).size())
            .setCreatedTimestamp(collection.createTick())
            .setCreatedUtcTimestamp(TimeTick.millis(collection.createTick()))
            .setUpdateTimestamp(collection.updateTick())
            .setUpdateTimestampStr(Long.toUnsignedString(collection.updateTick()))
            .addAllProperties(Catalog.pairs(collection.properties()));
    for (ShardInfo shard : collection.shards()) {
      out.addVirtualChannelNames(shard.vchannel()).addPhysicalChannelNames(shard.pchannel());
    }
    for (AliasInfo alias : catalog.now().aliases(collection.id())) {
      out.addAliases(alias.name());
    }
    return out.build();
  }

  private ShowCollectionsResponse show(String database) {
    ShowCollectionsResponse.Builder out = ShowCollectionsResponse.newBuilder();
    for (CollectionInfo collection : catalog.now().collections(catalog.database(database).id())) {
      out.addCollectionNames(collection.name())
          .addCollectionIds(collection.id())
          .addCreatedTimestamps(collection.createTick())
          .addCreatedUtcTimestamps(TimeTick.millis(collection.createTick()))
          .addShardsNum(collection.shards().size());
    }
    return out.build();
  }

  private static BoolResponse bool(boolean value) {
    return BoolResponse.newBuilder().setValue(value).build();
  }
}
