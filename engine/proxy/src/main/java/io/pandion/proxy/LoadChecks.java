package io.pandion.proxy;

import io.pandion.meta.CollectionInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Whether what a read asks for is loaded.
final class LoadChecks {
  private LoadChecks() {}

  /// The partitions that a read is about: those it names, else all that are to be loaded. They are
  /// named to the shards, so that one that is still loading is an error and not a part of the
  /// answer that is missing.
  ///
  /// @throws PandionException NOT_FOUND, NOT_LOADED, or INVALID_REQUEST for names in a collection
  ///   with a partition key
  static Set<Long> partitions(Catalog catalog, CollectionInfo collection, List<String> names) {
    if (!names.isEmpty()) {
      WriteService.checkNoPartitionKey(collection, String.join(", ", names));
    }
    Set<Long> ids = catalog.partitions(collection, names);
    LoadInfo load = check(catalog, collection, ids);
    if (!ids.isEmpty()) {
      return ids;
    }
    return load.wholeCollection() ? all(catalog, collection) : load.partitionIds();
  }

  static Set<Long> all(Catalog catalog, CollectionInfo collection) {
    return catalog.now().partitions(collection.id()).stream()
        .map(PartitionInfo::id)
        .collect(Collectors.toSet());
  }

  /// @throws PandionException NOT_LOADED
  static LoadInfo check(Catalog catalog, CollectionInfo collection, Set<Long> partitions) {
    LoadInfo load =
        catalog
            .now()
            .load(collection.id())
            .orElseThrow(
                () ->
                    new PandionException(
                        Reason.NOT_LOADED,
                        Subject.COLLECTION,
                        "collection not loaded[collection=" + collection.name() + "]"));
    for (long id : partitions) {
      if (!load.covers(id)) {
        throw new PandionException(
            Reason.NOT_LOADED,
            Subject.PARTITION,
            "partition not loaded[collection=" + collection.name() + "][partition=" + id + "]");
      }
    }
    return load;
  }
}
