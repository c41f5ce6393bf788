package io.pandion.coordinator;

import static io.pandion.model.PandionException.notFound;

import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Subject;
import java.util.List;

/// Looks up what a command names. Pure.
record Names(CatalogState state) {
  DatabaseInfo database(String name) {
    String asked = name.isEmpty() ? DatabaseInfo.DEFAULT : name;
    return state
        .database(asked)
        .orElseThrow(
            () -> notFound(Subject.DATABASE, "database not found[database=" + asked + "]"));
  }

  CollectionInfo collection(String database, String name) {
    return state
        .resolve(database(database).id(), name)
        .orElseThrow(
            () -> notFound(Subject.COLLECTION, "collection not found[collection=" + name + "]"));
  }

  PartitionInfo partition(CollectionInfo collection, String name) {
    return state
        .partition(collection.id(), name)
        .orElseThrow(
            () ->
                notFound(
                    Subject.PARTITION,
                    "partition not found[partition="
                        + name
                        + "] in collection "
                        + collection.name()));
  }

  List<PartitionInfo> partitions(CollectionInfo collection, List<String> names) {
    return names.stream().map(n -> partition(collection, n)).toList();
  }

  /// @throws PandionException ALREADY_EXISTS when a collection or an alias has the name
  void free(long databaseId, String name) {
    if (state.collection(databaseId, name).isPresent()) {
      throw PandionException.exists(
          Subject.COLLECTION, "collection already exists[collection=" + name + "]");
    }
    if (state.alias(databaseId, name).isPresent()) {
      throw PandionException.exists(
          Subject.ALIAS, "collection name [" + name + "] conflicts with an existing alias");
    }
  }
}
