package io.pandion.proxy;

import io.pandion.meta.CollectionInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.List;
import java.util.Set;

/// Whether what a read asks for is loaded.
final class LoadChecks {
  private LoadChecks() {}

  /// The partitions that a read names.
  ///
  /// @return ids; empty = all loaded ones
  /// @throws PandionException NOT_FOUND, NOT_LOADED, or INVALID_REQUEST for names in a collection
  ///   with a partition key
  static Set<Long> partitions(Catalog catalog, CollectionInfo collection, List<String> names) {
    if (!names.isEmpty()) {
      WriteService.checkNoPartitionKey(collection, String.join(", ", names));
    }
    Set<Long> ids = catalog.partitions(collection, names);
    check(catalog, collection, ids);
    return ids;
  }

  /// @throws PandionException NOT_LOADED
  static void check(Catalog catalog, CollectionInfo collection, Set<Long> partitions) {
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
  }
}
