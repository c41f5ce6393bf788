package io.pandion.proxy;

import io.pandion.meta.AliasInfo;
import io.pandion.meta.CatalogSnapshot;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.PandionException;
import io.pandion.model.TimeTick;
import io.pandion.protocol.BatchDescribeCollectionRequest;
import io.pandion.protocol.BatchDescribeCollectionResponse;
import io.pandion.protocol.DescribeCollectionRequest;
import io.pandion.protocol.DescribeCollectionResponse;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.ShowCollectionsRequest;
import io.pandion.protocol.ShowCollectionsResponse;
import io.pandion.protocol.ShowType;
import io.pandion.protocol.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What collections there are, and what they are like.
record CollectionDescriptions(Catalog catalog) {
  void register(Calls calls) {
    calls.on(MilvusServiceGrpc.getDescribeCollectionMethod(), this::describe);
    calls.on(MilvusServiceGrpc.getBatchDescribeCollectionMethod(), this::describeAll);
    calls.on(MilvusServiceGrpc.getShowCollectionsMethod(), this::show);
  }

  private DescribeCollectionResponse describe(DescribeCollectionRequest request, String database) {
    return describe(
        catalog.collection(database, request.getCollectionName(), request.getCollectionID()));
  }

  private BatchDescribeCollectionResponse describeAll(
      BatchDescribeCollectionRequest request, String database) {
    BatchDescribeCollectionResponse.Builder out = BatchDescribeCollectionResponse.newBuilder();
    for (String name : request.getCollectionNameList()) {
      out.addResponses(describe(catalog.collection(database, name)));
    }
    for (long id : request.getCollectionIDList()) {
      out.addResponses(describe(catalog.collection(database, "", id)));
    }
    return out.build();
  }

  private DescribeCollectionResponse describe(CollectionInfo collection) {
    CatalogSnapshot now = catalog.now();
    DescribeCollectionResponse.Builder out =
        DescribeCollectionResponse.newBuilder()
            .setStatus(Status.getDefaultInstance())
            .setSchema(Schemas.wire(collection.schema()))
            .setCollectionID(collection.id())
            .setCollectionName(collection.name())
            .setDbName(databaseName(now, collection.databaseId()))
            .setDbId(collection.databaseId())
            .setShardsNum(collection.shards().size())
            .setConsistencyLevelValue(collection.consistencyLevel())
            .setNumPartitions(now.partitions(collection.id()).size())
            .setCreatedTimestamp(collection.createTick())
            .setCreatedUtcTimestamp(TimeTick.millis(collection.createTick()))
            .setUpdateTimestamp(collection.updateTick())
            .setUpdateTimestampStr(Long.toUnsignedString(collection.updateTick()))
            .addAllProperties(Catalog.pairs(collection.properties()));
    for (ShardInfo shard : collection.shards()) {
      out.addVirtualChannelNames(shard.vchannel()).addPhysicalChannelNames(shard.pchannel());
    }
    for (AliasInfo alias : now.aliases(collection.id())) {
      out.addAliases(alias.name());
    }
    return out.build();
  }

  private static String databaseName(CatalogSnapshot now, long id) {
    return now.databases().stream()
        .filter(d -> d.id() == id)
        .map(DatabaseInfo::name)
        .findFirst()
        .orElseThrow(
            () ->
                PandionException.notFound(
                    PandionException.Subject.DATABASE, "database not found[id=" + id + "]"));
  }

  @SuppressWarnings("deprecation") // SDKs still read the percentages
  private ShowCollectionsResponse show(ShowCollectionsRequest request, String database) {
    ShowCollectionsResponse.Builder out = ShowCollectionsResponse.newBuilder();
    CatalogSnapshot now = catalog.now();
    Set<String> wanted = Set.copyOf(request.getCollectionNamesList());
    boolean loadedOnly = request.getType() == ShowType.InMemory;
    List<CollectionInfo> all = now.collections(catalog.database(database).id());
    if (loadedOnly) {
      wanted.forEach(name -> catalog.collection(database, name));
    }
    for (CollectionInfo collection : all) {
      Optional<LoadInfo> load = now.load(collection.id());
      if (loadedOnly
          && (load.isEmpty() || (!wanted.isEmpty() && !wanted.contains(collection.name())))) {
        continue;
      }
      out.addCollectionNames(collection.name())
          .addCollectionIds(collection.id())
          .addCreatedTimestamps(collection.createTick())
          .addCreatedUtcTimestamps(TimeTick.millis(collection.createTick()))
          .addShardsNum(collection.shards().size());
      if (loadedOnly) {
        int percent = progress(collection);
        out.addInMemoryPercentages(percent).addQueryServiceAvailable(percent >= 100);
      }
    }
    return out.build();
  }

  /// One damaged collection does not hide the others.
  private int progress(CollectionInfo collection) {
    try {
      return percent(catalog.coordinator().loadProgress(collection.id()));
    } catch (PandionException e) {
      return 0;
    }
  }

  /// The average of all partitions.
  static int percent(Map<Long, Integer> progress) {
    return (int) progress.values().stream().mapToInt(Integer::intValue).average().orElse(0);
  }
}
