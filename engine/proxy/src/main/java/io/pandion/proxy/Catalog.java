package io.pandion.proxy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.Coordinator;
import io.pandion.meta.CatalogSnapshot;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Subject;
import io.pandion.protocol.KeyValuePair;
import io.pandion.protocol.Status;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Names resolved against the coordinator's catalog. Any number of threads.
record Catalog(Coordinator coordinator) {
  CatalogSnapshot now() {
    return coordinator.catalog();
  }

  Status execute(CatalogCommand command) {
    coordinator.execute(command);
    return Status.getDefaultInstance();
  }

  DatabaseInfo database(String name) {
    return now()
        .database(name)
        .orElseThrow(
            () ->
                PandionException.notFound(
                    Subject.DATABASE, "database not found[database=" + name + "]"));
  }

  /// By name or alias.
  CollectionInfo collection(String database, String name) {
    return now()
        .resolve(database(database).id(), name)
        .orElseThrow(
            () ->
                PandionException.notFound(
                    Subject.COLLECTION,
                    "collection not found[database=" + database + "][collection=" + name + "]"));
  }

  /// By name or alias, or by id when no name is given: some SDK calls know only the id.
  CollectionInfo collection(String database, String name, long id) {
    if (!name.isEmpty() || id == 0) {
      return collection(database, name);
    }
    return now()
        .collection(id)
        .orElseThrow(
            () ->
                PandionException.notFound(
                    Subject.COLLECTION, "collection not found[collectionID=" + id + "]"));
  }

  /// The collection behind an alias.
  CollectionInfo aliased(String database, String alias) {
    return now()
        .alias(database(database).id(), alias)
        .flatMap(found -> now().collection(found.collectionId()))
        .orElseThrow(
            () ->
                PandionException.notFound(
                    Subject.ALIAS,
                    "alias not found[database=" + database + "][alias=" + alias + "]"));
  }

  PartitionInfo partition(CollectionInfo collection, String name) {
    return now()
        .partition(collection.id(), name)
        .orElseThrow(
            () ->
                PandionException.notFound(
                    Subject.PARTITION,
                    "partition not found[collection="
                        + collection.name()
                        + "][partition="
                        + name
                        + "]"));
  }

  Set<Long> partitions(CollectionInfo collection, List<String> names) {
    Set<Long> ids = new HashSet<>();
    names.forEach(name -> ids.add(partition(collection, name).id()));
    return ids;
  }

  static Map<String, String> map(List<KeyValuePair> pairs) {
    Map<String, String> out = new LinkedHashMap<>();
    pairs.forEach(pair -> out.put(pair.getKey(), pair.getValue()));
    return out;
  }

  static List<KeyValuePair> pairs(Map<String, String> map) {
    return map.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(e -> KeyValuePair.newBuilder().setKey(e.getKey()).setValue(e.getValue()).build())
        .toList();
  }
}
