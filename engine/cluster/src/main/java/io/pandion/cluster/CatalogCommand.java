package io.pandion.cluster;

import io.pandion.model.CollectionSchema;
import io.pandion.model.FieldSchema;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A change of the catalog. Names are checked by the coordinator; ids in schemas are assigned by
/// it.
public sealed interface CatalogCommand {
  record CreateDatabase(String name, Map<String, String> properties) implements CatalogCommand {}

  record DropDatabase(String name) implements CatalogCommand {}

  record AlterDatabase(String name, Map<String, String> set, Set<String> remove)
      implements CatalogCommand {}

  /// @param schema with any field ids: the coordinator gives the final ones
  record CreateCollection(
      String database,
      CollectionSchema schema,
      int shards,
      int consistencyLevel,
      int partitions,
      Map<String, String> properties)
      implements CatalogCommand {}

  record DropCollection(String database, String name) implements CatalogCommand {}

  record RenameCollection(String database, String name, String newDatabase, String newName)
      implements CatalogCommand {}

  record AlterCollection(String database, String name, Map<String, String> set, Set<String> remove)
      implements CatalogCommand {}

  record AlterField(
      String database, String name, String field, Map<String, String> set, Set<String> remove)
      implements CatalogCommand {}

  record AddField(String database, String name, FieldSchema field) implements CatalogCommand {}

  record TruncateCollection(String database, String name) implements CatalogCommand {}

  record CreatePartition(String database, String collection, String name)
      implements CatalogCommand {}

  record DropPartition(String database, String collection, String name) implements CatalogCommand {}

  record CreateAlias(String database, String collection, String alias) implements CatalogCommand {}

  record DropAlias(String database, String alias) implements CatalogCommand {}

  record AlterAlias(String database, String collection, String alias) implements CatalogCommand {}

  record CreateIndex(
      String database,
      String collection,
      String field,
      String name,
      String type,
      Map<String, String> params)
      implements CatalogCommand {}

  record DropIndex(String database, String collection, String name) implements CatalogCommand {}

  record AlterIndex(
      String database, String collection, String name, Map<String, String> set, Set<String> remove)
      implements CatalogCommand {}

  /// @param partitions names; empty = the whole collection
  record Load(String database, String collection, List<String> partitions, int replicas)
      implements CatalogCommand {}

  /// @param partitions names; empty = the whole collection
  record Release(String database, String collection, List<String> partitions)
      implements CatalogCommand {}
}
