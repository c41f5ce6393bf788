package io.pandion.proxy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.meta.CollectionInfo;
import io.pandion.model.PandionException;
import io.pandion.protocol.GetLoadStateResponse;
import io.pandion.protocol.GetLoadingProgressResponse;
import io.pandion.protocol.LoadState;
import io.pandion.protocol.MilvusServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Load and release.
record LoadService(Catalog catalog) {
  void register(Calls calls) {
    calls.on(
        MilvusServiceGrpc.getLoadCollectionMethod(),
        (q, db) -> {
          checkLoadFields(q.getCollectionName(), q.getLoadFieldsList());
          return catalog.execute(
              new CatalogCommand.Load(
                  db, q.getCollectionName(), List.of(), Math.max(1, q.getReplicaNumber())));
        });
    calls.on(
        MilvusServiceGrpc.getReleaseCollectionMethod(),
        (q, db) ->
            catalog.execute(new CatalogCommand.Release(db, q.getCollectionName(), List.of())));
    calls.on(
        MilvusServiceGrpc.getLoadPartitionsMethod(),
        (q, db) -> {
          checkLoadFields(q.getCollectionName(), q.getLoadFieldsList());
          return catalog.execute(
              new CatalogCommand.Load(
                  db,
                  q.getCollectionName(),
                  named(q.getPartitionNamesList()),
                  Math.max(1, q.getReplicaNumber())));
        });
    calls.on(
        MilvusServiceGrpc.getReleasePartitionsMethod(),
        (q, db) ->
            catalog.execute(
                new CatalogCommand.Release(
                    db, q.getCollectionName(), named(q.getPartitionNamesList()))));
    calls.on(
        MilvusServiceGrpc.getGetLoadStateMethod(),
        (q, db) ->
            GetLoadStateResponse.newBuilder()
                .setState(state(db, q.getCollectionName(), q.getPartitionNamesList()))
                .build());
    calls.on(
        MilvusServiceGrpc.getGetLoadingProgressMethod(),
        (q, db) -> {
          int progress =
              progress(catalog.collection(db, q.getCollectionName()), q.getPartitionNamesList());
          return GetLoadingProgressResponse.newBuilder()
              .setProgress(progress)
              .setRefreshProgress(progress)
              .build();
        });
  }

  private static void checkLoadFields(String collection, List<String> fields) {
    if (!fields.isEmpty()) {
      throw PandionException.unsupported(
          "load_fields "
              + fields
              + " of collection '"
              + collection
              + "' is not supported: all fields are loaded");
    }
  }

  private static List<String> named(List<String> partitions) {
    if (partitions.isEmpty()) {
      throw PandionException.invalid("name at least one partition");
    }
    return partitions;
  }

  private LoadState state(String database, String name, List<String> partitions) {
    if (catalog.now().resolve(catalog.database(database).id(), name).isEmpty()) {
      return LoadState.LoadStateNotExist;
    }
    CollectionInfo collection = catalog.collection(database, name);
    Set<Long> wanted = catalog.partitions(collection, partitions);
    boolean loaded =
        catalog
            .now()
            .load(collection.id())
            .filter(l -> wanted.stream().allMatch(l::covers))
            .isPresent();
    if (!loaded) {
      return LoadState.LoadStateNotLoad;
    }
    return progress(collection, partitions) >= 100
        ? LoadState.LoadStateLoaded
        : LoadState.LoadStateLoading;
  }

  private int progress(CollectionInfo collection, List<String> partitions) {
    Set<Long> wanted = catalog.partitions(collection, partitions);
    Map<Long, Integer> all = catalog.coordinator().loadProgress(collection.id());
    return (int)
        all.entrySet().stream()
            .filter(e -> wanted.isEmpty() || wanted.contains(e.getKey()))
            .mapToInt(Map.Entry::getValue)
            .average()
            .orElse(0);
  }
}
