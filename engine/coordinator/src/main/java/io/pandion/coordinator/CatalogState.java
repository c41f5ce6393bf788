package io.pandion.coordinator;

import io.pandion.meta.AliasInfo;
import io.pandion.meta.CatalogSnapshot;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.PartitionInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The catalog at one moment, keyed as in the meta store. Immutable.
final class CatalogState implements CatalogSnapshot {
  private final long version;
  private final SortedMap<String, Object> objects;
  private final Map<String, DatabaseInfo> databases = new HashMap<>();
  private final Map<String, CollectionInfo> byName = new HashMap<>();

  CatalogState(long version, SortedMap<String, Object> objects) {
    this.version = version;
    this.objects = objects;
    databases().forEach(d -> databases.put(d.name(), d));
    for (CollectionInfo c : all("collection/", CollectionInfo.class)) {
      byName.put(c.databaseId() + "/" + c.name(), c);
    }
  }

  static String database(long id) {
    return "database/" + id;
  }

  static String collectionKey(long id) {
    return "collection/" + id;
  }

  static String partitionKey(PartitionInfo p) {
    return "partition/" + p.collectionId() + "/" + padded(p.id());
  }

  static String aliasKey(long databaseId, String name) {
    return "alias/" + databaseId + "/" + name;
  }

  static String indexKey(IndexInfo i) {
    return "index/" + i.collectionId() + "/" + padded(i.id());
  }

  static String loadKey(long collectionId) {
    return "load/" + collectionId;
  }

  private static String padded(long id) {
    return String.format(java.util.Locale.ROOT, "%020d", id);
  }

  /// The state after some puts and removals (null values).
  CatalogState with(Map<String, Optional<Object>> changes) {
    SortedMap<String, Object> next = new TreeMap<>(objects);
    changes.forEach(
        (key, value) -> value.ifPresentOrElse(v -> next.put(key, v), () -> next.remove(key)));
    return new CatalogState(version + 1, next);
  }

  SortedMap<String, Object> all() {
    return Collections.unmodifiableSortedMap(objects);
  }

  <T> List<T> all(String prefix, Class<T> type) {
    List<T> found = new ArrayList<>();
    objects
        .subMap(prefix, prefix + Character.MAX_VALUE)
        .values()
        .forEach(o -> found.add(type.cast(o)));
    return found;
  }

  private <T> Optional<T> one(String key, Class<T> type) {
    return Optional.ofNullable(objects.get(key)).map(type::cast);
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public Optional<DatabaseInfo> database(String name) {
    return Optional.ofNullable(databases.get(name));
  }

  @Override
  public Collection<DatabaseInfo> databases() {
    return all("database/", DatabaseInfo.class);
  }

  Collection<CollectionInfo> collections() {
    return all("collection/", CollectionInfo.class);
  }

  @Override
  public Optional<CollectionInfo> collection(long id) {
    return one(collectionKey(id), CollectionInfo.class);
  }

  @Override
  public Optional<CollectionInfo> collection(long databaseId, String name) {
    return Optional.ofNullable(byName.get(databaseId + "/" + name));
  }

  @Override
  public Optional<CollectionInfo> resolve(long databaseId, String nameOrAlias) {
    return collection(databaseId, nameOrAlias)
        .or(() -> alias(databaseId, nameOrAlias).flatMap(a -> collection(a.collectionId())));
  }

  @Override
  public List<CollectionInfo> collections(long databaseId) {
    return collections().stream().filter(c -> c.databaseId() == databaseId).toList();
  }

  @Override
  public List<PartitionInfo> partitions(long collectionId) {
    return all("partition/" + collectionId + "/", PartitionInfo.class);
  }

  @Override
  public Optional<PartitionInfo> partition(long collectionId, String name) {
    return partitions(collectionId).stream().filter(p -> p.name().equals(name)).findFirst();
  }

  @Override
  public Optional<AliasInfo> alias(long databaseId, String name) {
    return one(aliasKey(databaseId, name), AliasInfo.class);
  }

  @Override
  public List<AliasInfo> aliases(long collectionId) {
    return all("alias/", AliasInfo.class).stream()
        .filter(a -> a.collectionId() == collectionId)
        .toList();
  }

  @Override
  public List<AliasInfo> aliasesOf(long databaseId) {
    return all("alias/" + databaseId + "/", AliasInfo.class);
  }

  @Override
  public List<IndexInfo> indexes(long collectionId) {
    return all("index/" + collectionId + "/", IndexInfo.class);
  }

  @Override
  public Optional<LoadInfo> load(long collectionId) {
    return one(loadKey(collectionId), LoadInfo.class);
  }
}
