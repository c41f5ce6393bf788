package io.pandion.meta;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The catalog at one moment: immutable, any number of threads. Names are resolved within a
/// database.
public interface CatalogSnapshot {
  /// Rises with every change.
  long version();

  Optional<DatabaseInfo> database(String name);

  Collection<DatabaseInfo> databases();

  Optional<CollectionInfo> collection(long id);

  /// By name, not by alias.
  Optional<CollectionInfo> collection(long databaseId, String name);

  /// By name or alias.
  Optional<CollectionInfo> resolve(long databaseId, String nameOrAlias);

  List<CollectionInfo> collections(long databaseId);

  /// In order of creation.
  List<PartitionInfo> partitions(long collectionId);

  Optional<PartitionInfo> partition(long collectionId, String name);

  Optional<AliasInfo> alias(long databaseId, String name);

  List<AliasInfo> aliases(long collectionId);

  List<AliasInfo> aliasesOf(long databaseId);

  /// In order of creation.
  List<IndexInfo> indexes(long collectionId);

  Optional<LoadInfo> load(long collectionId);
}
