package io.pandion.proxy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.ChannelLog;
import io.pandion.cluster.Coordinator;
import io.pandion.cluster.FlushReport;
import io.pandion.cluster.LogEra;
import io.pandion.meta.AliasInfo;
import io.pandion.meta.CatalogSnapshot;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.FieldSchema;
import io.pandion.model.HashRange;
import io.pandion.model.PandionException;
import io.pandion.model.TickRange;
import io.pandion.model.TimeTick;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// A coordinator in memory with one database: as much of it as the proxy needs.
final class TwinCatalog implements Coordinator, CatalogSnapshot {
  private final AtomicLong clock = new AtomicLong(TimeTick.of(1_700_000_000_000L, 0));
  private final DatabaseInfo database =
      new DatabaseInfo(1, DatabaseInfo.DEFAULT, Map.of("purpose", "test"), tick());
  private final Map<String, CollectionInfo> collections = new ConcurrentHashMap<>();
  private final List<PartitionInfo> partitions = new CopyOnWriteArrayList<>();
  private final List<IndexInfo> indexes = new CopyOnWriteArrayList<>();
  private final List<AliasInfo> aliases = new CopyOnWriteArrayList<>();
  private final Map<Long, LoadInfo> loads = new ConcurrentHashMap<>();
  final List<FlushTicket> settled = new CopyOnWriteArrayList<>();

  long tick() {
    return clock.incrementAndGet();
  }

  @Override
  public TickRange allocateTicks(int count) {
    return new TickRange(clock.getAndAdd(count) + 1, count);
  }

  @Override
  public boolean logMoved(String pchannel, long term, LogEra log) {
    throw PandionException.unsupported("this twin has no logs");
  }

  @Override
  public void logReleased(String pchannel, long term, long lsn) {
    throw PandionException.unsupported("this twin has no logs");
  }

  /// Knows two types, and fails in the middle for the second.
  @Override
  public void switchLog(String type, Consumer<String> progress) {
    if (!type.equals("kafka") && !type.equals("pulsar")) {
      throw PandionException.invalid("there is no log of type '" + type + "'");
    }
    progress.accept("dml_0 goes on in " + type);
    if (type.equals("pulsar")) {
      throw PandionException.unavailable("1 of 2 channels have moved");
    }
    progress.accept("dml_1 goes on in " + type);
  }

  @Override
  public List<ChannelLog> logs() {
    return List.of(
        new ChannelLog(
            "dml_0",
            List.of(new LogEra("local", "dml_0", 1), new LogEra("kafka", "dml_0-1", 70)),
            95,
            42));
  }

  @Override
  public void raiseTicks(long known) {
    clock.accumulateAndGet(known, Math::max);
  }

  @Override
  public CatalogSnapshot catalog() {
    return this;
  }

  @Override
  public long execute(CatalogCommand command) {
    long tick = tick();
    switch (command) {
      case CatalogCommand.CreateCollection c -> create(c, tick);
      case CatalogCommand.DropCollection c -> collections.remove(named(c.name()).name());
      case CatalogCommand.AddField c -> {
        CollectionInfo old = named(c.name());
        List<FieldSchema> fields = new ArrayList<>(old.schema().fields());
        fields.add(withId(c.field(), 100 + fields.size()));
        replace(old, fields, tick);
      }
      case CatalogCommand.CreatePartition c ->
          partitions.add(new PartitionInfo(tick, named(c.collection()).id(), c.name(), tick));
      case CatalogCommand.CreateAlias c ->
          aliases.add(new AliasInfo(1, c.alias(), named(c.collection()).id()));
      case CatalogCommand.CreateIndex c -> {
        CollectionInfo owner = named(c.collection());
        long field = owner.schema().field(c.field()).id();
        indexes.add(new IndexInfo(tick, owner.id(), field, c.name(), c.type(), c.params(), tick));
      }
      case CatalogCommand.Load c -> {
        CollectionInfo owner = named(c.collection());
        Set<Long> ids = Set.copyOf(c.partitions().stream().map(n -> id(owner, n)).toList());
        loads.put(owner.id(), new LoadInfo(owner.id(), ids.isEmpty(), ids, 1, tick));
      }
      case CatalogCommand.Release c -> loads.remove(named(c.collection()).id());
      default -> throw PandionException.unsupported("the twin has no " + command);
    }
    return tick;
  }

  private void create(CatalogCommand.CreateCollection c, long tick) {
    List<FieldSchema> fields = new ArrayList<>();
    for (FieldSchema field : c.schema().fields()) {
      fields.add(withId(field, 100 + fields.size()));
    }
    List<ShardInfo> shards = new ArrayList<>();
    for (HashRange range : HashRange.split(c.shards())) {
      shards.add(new ShardInfo("v" + tick + "_" + shards.size(), "p0", range));
    }
    CollectionInfo made =
        new CollectionInfo(
            tick,
            1,
            schema(c.schema(), fields),
            shards,
            c.consistencyLevel(),
            c.partitions(),
            c.properties(),
            tick,
            tick);
    collections.put(made.name(), made);
    if (c.partitions() == 0) {
      partitions.add(new PartitionInfo(tick(), tick, PartitionInfo.DEFAULT, tick));
    }
    for (int i = 0; i < c.partitions(); i++) {
      partitions.add(new PartitionInfo(tick(), tick, PartitionInfo.DEFAULT + "_" + i, tick));
    }
  }

  private void replace(CollectionInfo old, List<FieldSchema> fields, long tick) {
    collections.put(
        old.name(),
        new CollectionInfo(
            old.id(),
            1,
            schema(old.schema(), fields),
            old.shards(),
            old.consistencyLevel(),
            old.partitionCount(),
            old.properties(),
            old.createTick(),
            tick));
  }

  private static CollectionSchema schema(CollectionSchema old, List<FieldSchema> fields) {
    return new CollectionSchema(
        old.name(), old.description(), fields, old.dynamicEnabled(), old.version() + 1);
  }

  private static FieldSchema withId(FieldSchema f, long id) {
    return new FieldSchema(
        id,
        f.name(),
        f.description(),
        f.type(),
        f.primaryKey(),
        f.autoId(),
        f.partitionKey(),
        f.clusteringKey(),
        f.nullable(),
        f.defaultValue(),
        f.maxLength(),
        f.dimension(),
        f.dynamic(),
        f.params());
  }

  private CollectionInfo named(String name) {
    return resolve(1, name)
        .orElseThrow(
            () ->
                PandionException.notFound(
                    PandionException.Subject.COLLECTION, "collection not found: " + name));
  }

  private long id(CollectionInfo owner, String partition) {
    return partition(owner.id(), partition).orElseThrow().id();
  }

  CollectionInfo ofShard(String vchannel) {
    return collections.values().stream()
        .filter(c -> c.shards().stream().anyMatch(s -> s.vchannel().equals(vchannel)))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public FlushTicket flush(long collectionId) {
    return new FlushTicket(collectionId, Set.of(7L), Map.of(), tick());
  }

  @Override
  public boolean flushed(FlushTicket ticket) {
    return settled.contains(ticket) || !settled.add(ticket);
  }

  @Override
  public Map<Long, Integer> loadProgress(long collectionId) {
    Map<Long, Integer> out = new LinkedHashMap<>();
    LoadInfo load = loads.get(collectionId);
    for (PartitionInfo partition : partitions(collectionId)) {
      if (load != null && load.covers(partition.id())) {
        out.put(partition.id(), 100);
      }
    }
    return out;
  }

  @Override
  public long compact(long collectionId) {
    return tick();
  }

  @Override
  public CompactionStatus compaction(long compactionId) {
    return new CompactionStatus(
        true, 0, 1, 0, List.of(new CompactionStatus.Plan(List.of(1L, 2L), 3L)));
  }

  @Override
  public List<SegmentInfo> segments(long collectionId) {
    return List.of();
  }

  @Override
  public List<IndexProgress> indexProgress(long collectionId) {
    return indexes(collectionId).stream()
        .map(i -> new IndexProgress(i.id(), 10, 10, 0, 0, ""))
        .toList();
  }

  @Override
  public void flushed(FlushReport report) {
    throw PandionException.unsupported("the twin has no files");
  }

  @Override
  public long version() {
    return clock.get();
  }

  @Override
  public Optional<DatabaseInfo> database(String name) {
    return name.equals(database.name()) ? Optional.of(database) : Optional.empty();
  }

  @Override
  public Collection<DatabaseInfo> databases() {
    return List.of(database);
  }

  @Override
  public Optional<CollectionInfo> collection(long id) {
    return collections.values().stream().filter(c -> c.id() == id).findFirst();
  }

  @Override
  public Optional<CollectionInfo> collection(long databaseId, String name) {
    return Optional.ofNullable(collections.get(name));
  }

  @Override
  public Optional<CollectionInfo> resolve(long databaseId, String nameOrAlias) {
    return collection(databaseId, nameOrAlias)
        .or(() -> alias(databaseId, nameOrAlias).flatMap(a -> collection(a.collectionId())));
  }

  @Override
  public List<CollectionInfo> collections(long databaseId) {
    return List.copyOf(collections.values());
  }

  @Override
  public List<PartitionInfo> partitions(long collectionId) {
    return partitions.stream().filter(p -> p.collectionId() == collectionId).toList();
  }

  @Override
  public Optional<PartitionInfo> partition(long collectionId, String name) {
    return partitions(collectionId).stream().filter(p -> p.name().equals(name)).findFirst();
  }

  @Override
  public Optional<AliasInfo> alias(long databaseId, String name) {
    return aliases.stream().filter(a -> a.name().equals(name)).findFirst();
  }

  @Override
  public List<AliasInfo> aliases(long collectionId) {
    return aliases.stream().filter(a -> a.collectionId() == collectionId).toList();
  }

  @Override
  public List<AliasInfo> aliasesOf(long databaseId) {
    return List.copyOf(aliases);
  }

  @Override
  public List<IndexInfo> indexes(long collectionId) {
    return indexes.stream().filter(i -> i.collectionId() == collectionId).toList();
  }

  @Override
  public Optional<LoadInfo> load(long collectionId) {
    return Optional.ofNullable(loads.get(collectionId));
  }
}
