package io.pandion.coordinator;

import static io.pandion.model.PandionException.invalid;

import io.pandion.cluster.AppendResult;
import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.CatalogCommand.AddField;
import io.pandion.cluster.CatalogCommand.CreateCollection;
import io.pandion.cluster.CatalogCommand.DropCollection;
import io.pandion.cluster.CatalogCommand.DropPartition;
import io.pandion.cluster.CatalogCommand.TruncateCollection;
import io.pandion.cluster.ShardState;
import io.pandion.cluster.ShardWrite;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.HashRange;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Changes that shards must hear of. Creation tells the shards first and commits last: a crash
/// before leaves shards that no catalog names. Every other change commits an [Intent] first and is
/// finished after a crash. Threads: one at a time (the lock of commands).
final class ShardChanges {
  static final int MAX_COLLECTIONS = 65_536;
  static final int MAX_SHARDS = 16;
  private static final int DEFAULT_KEY_PARTITIONS = 16;
  private final Ledger ledger;
  private final Shards shards;
  private final TickOracle ticks;
  private final Runnable save;

  /// @param save copies what was committed to the bucket
  ShardChanges(Ledger ledger, Shards shards, TickOracle ticks, Runnable save) {
    this.save = save;
    this.ledger = ledger;
    this.shards = shards;
    this.ticks = ticks;
  }

  static boolean concerns(CatalogCommand c) {
    return c instanceof CreateCollection
        || c instanceof DropCollection
        || c instanceof DropPartition
        || c instanceof TruncateCollection
        || c instanceof AddField;
  }

  /// Whether rows disappear: no older plan may bring them back.
  static boolean hidesRows(CatalogCommand c) {
    return c instanceof DropCollection
        || c instanceof DropPartition
        || c instanceof TruncateCollection;
  }

  void apply(CatalogCommand command, long tick) {
    switch (command) {
      case CreateCollection c -> create(c, tick);
      case DropCollection c -> drop(c, tick);
      case DropPartition c -> dropPartition(c, tick);
      case TruncateCollection c -> {
        CollectionInfo held = names().collection(c.database(), c.name());
        begin(new Changes(), intent(tick, Intent.Kind.TRUNCATE, held, 0, null));
      }
      case AddField c -> {
        CollectionInfo held = names().collection(c.database(), c.name());
        CollectionSchema schema = Fields.added(held.schema(), c.field());
        begin(new Changes(), intent(tick, Intent.Kind.ALTER_SCHEMA, held, 0, schema));
      }
      default -> throw new IllegalArgumentException("concerns no shard: " + command);
    }
  }

  private Names names() {
    return new Names(ledger.catalog());
  }

  private void create(CreateCollection c, long tick) {
    long database = names().database(c.database()).id();
    CollectionSchema schema = Fields.checked(c.schema());
    Unsupported.properties(schema.name(), c.properties());
    int count = c.shards() == 0 ? 1 : c.shards();
    if (count < 1 || count > MAX_SHARDS) {
      throw invalid("maximum shards's number should be limited to 16, not " + count);
    }
    var held = ledger.catalog().collection(database, schema.name());
    if (held.isPresent()) {
      checkSame(held.get(), schema, count, c);
      return;
    }
    names().free(database, schema.name());
    if (ledger.catalog().collections().size() >= MAX_COLLECTIONS) {
      throw CatalogRules.quota(
          Subject.COLLECTION, "exceeded the limit number of collections: " + MAX_COLLECTIONS);
    }
    boolean keyed = schema.partitionKey().isPresent();
    int keyPartitions = keyPartitions(schema, c);
    if (keyPartitions < 0 || keyPartitions > CatalogRules.MAX_PARTITIONS) {
      throw invalid("partition number " + keyPartitions + " should be in 1 to 1024");
    }
    List<ShardInfo> places = new ArrayList<>();
    List<HashRange> ranges = HashRange.split(count);
    for (int i = 0; i < count; i++) {
      String pchannel = Shards.pchannel((int) Math.floorMod(tick + i, (long) shards.channels()));
      places.add(new ShardInfo(pchannel + "_" + tick + "v" + i, pchannel, ranges.get(i)));
    }
    CollectionInfo info =
        new CollectionInfo(
            tick,
            database,
            schema,
            places,
            c.consistencyLevel(),
            keyPartitions,
            c.properties(),
            tick,
            tick);
    List<PartitionInfo> partitions = new ArrayList<>();
    for (int i = 0; i < Math.max(1, keyPartitions); i++) {
      String name = keyed ? PartitionInfo.DEFAULT + "_" + i : PartitionInfo.DEFAULT;
      partitions.add(new PartitionInfo(ticks.next(), tick, name, tick));
    }
    begin(info, partitions);
  }

  private static int keyPartitions(CollectionSchema schema, CreateCollection c) {
    if (schema.partitionKey().isEmpty()) {
      return 0;
    }
    return c.partitions() == 0 ? DEFAULT_KEY_PARTITIONS : c.partitions();
  }

  /// To create what is there already is no change.
  ///
  /// @throws PandionException ALREADY_EXISTS when something differs
  private static void checkSame(
      CollectionInfo held, CollectionSchema schema, int shards, CreateCollection c) {
    if (!held.schema().equals(schema)
        || held.shards().size() != shards
        || held.consistencyLevel() != c.consistencyLevel()
        || held.partitionCount() != keyPartitions(schema, c)
        || !held.properties().equals(c.properties())) {
      throw PandionException.exists(
          Subject.COLLECTION,
          "create duplicate collection with different parameters, collection: " + held.name());
    }
  }

  private void begin(CollectionInfo info, List<PartitionInfo> partitions) {
    Changes changes = new Changes().put(CatalogState.collectionKey(info.id()), info);
    partitions.forEach(p -> changes.put(CatalogState.partitionKey(p), p));
    Set<Long> ids = partitions.stream().map(PartitionInfo::id).collect(Collectors.toSet());
    for (ShardInfo shard : info.shards()) {
      shards
          .owner(shard.pchannel())
          .addShard(new ShardState(info, shard.vchannel(), -1, List.of(), ids));
      AppendResult result =
          shards.append(shard.vchannel(), new ShardWrite.CreateShard(info.schema()));
      changes.put(
          Ledger.checkpointKey(shard.vchannel()),
          new Checkpoint(result.lsn() - 1, result.tick() - 1));
    }
    Changes rest = new Changes();
    synchronized (ledger) {
      changes.byKey.forEach(
          (key, value) -> {
            String vchannel = key.substring(key.indexOf('/') + 1);
            if (!key.startsWith("checkpoint/") || ledger.checkpoint(vchannel).lsn() < 0) {
              rest.byKey.put(key, value);
            }
          });
      ledger.commit(rest);
    }
  }

  private void drop(DropCollection c, long tick) {
    CatalogState state = ledger.catalog();
    long database = names().database(c.database()).id();
    if (state.alias(database, c.name()).isPresent()) {
      throw invalid("cannot drop the collection via alias = " + c.name());
    }
    var found = state.collection(database, c.name());
    if (found.isEmpty()) {
      return;
    }
    CollectionInfo held = found.get();
    if (!state.aliases(held.id()).isEmpty()) {
      throw invalid(
          "unable to drop the collection ["
              + c.name()
              + "] because it has associated aliases "
              + state.aliases(held.id()).stream().map(a -> a.name()).toList()
              + ", please remove all aliases before dropping the collection");
    }
    Changes changes = new Changes().remove(CatalogState.collectionKey(held.id()));
    state.partitions(held.id()).forEach(p -> changes.remove(CatalogState.partitionKey(p)));
    state.indexes(held.id()).forEach(i -> changes.remove(CatalogState.indexKey(i)));
    changes.remove(CatalogState.loadKey(held.id()));
    begin(changes, intent(tick, Intent.Kind.DROP_COLLECTION, held, 0, null));
  }

  private void dropPartition(DropPartition c, long tick) {
    CollectionInfo held = names().collection(c.database(), c.collection());
    if (held.partitionCount() > 0) {
      throw invalid("disable drop partition if partition key mode is used");
    }
    if (c.name().equals(PartitionInfo.DEFAULT)) {
      throw invalid("default partition cannot be deleted");
    }
    var partition = ledger.catalog().partition(held.id(), c.name());
    if (partition.isEmpty()) {
      return;
    }
    long id = partition.get().id();
    if (ledger.catalog().load(held.id()).map(l -> l.covers(id)).orElse(false)) {
      throw invalid("partition " + c.name() + " cannot be dropped, please release it first");
    }
    begin(
        new Changes().remove(CatalogState.partitionKey(partition.get())),
        intent(tick, Intent.Kind.DROP_PARTITION, held, id, null));
  }

  private static Intent intent(
      long tick,
      Intent.Kind kind,
      CollectionInfo held,
      long partition,
      @Nullable CollectionSchema schema) {
    List<String> vchannels = held.shards().stream().map(ShardInfo::vchannel).toList();
    return new Intent(tick, kind, held.id(), partition, vchannels, schema);
  }

  private void begin(Changes changes, Intent intent) {
    ledger.commit(changes.put(intent.key(), intent));
    // A meta store made again from the bucket finishes what the log may say next.
    save.run();
    finish(intent);
  }

  /// Tells the shards and commits the rest; repeatable.
  void finish(Intent intent) {
    Changes changes = new Changes().remove(intent.key());
    var collection = ledger.catalog().collection(intent.collectionId());
    for (String vchannel : intent.vchannels()) {
      ShardWrite write =
          switch (intent.kind()) {
            case DROP_COLLECTION -> new ShardWrite.DropShard();
            case DROP_PARTITION -> new ShardWrite.DropPartition(intent.partitionId());
            case TRUNCATE -> new ShardWrite.Truncate();
            case ALTER_SCHEMA -> new ShardWrite.AlterSchema(schema(intent));
          };
      if (intent.kind() == Intent.Kind.TRUNCATE && collection.isPresent()) {
        long tick = shards.append(vchannel, write).tick();
        synchronized (ledger) {
          ledger.commit(
              dropped(
                  new Changes().put(Ledger.truncationKey(vchannel), tick),
                  s -> s.vchannel().equals(vchannel) && s.lastTick() < tick,
                  tick));
        }
      } else {
        shards.appendIfThere(vchannel, write);
      }
    }
    synchronized (ledger) {
      switch (intent.kind()) {
        case DROP_COLLECTION ->
            dropped(changes, s -> s.collectionId() == intent.collectionId(), intent.id());
        case DROP_PARTITION ->
            dropped(changes, s -> s.partitionId() == intent.partitionId(), intent.id());
        case TRUNCATE -> {}
        case ALTER_SCHEMA ->
            collection.ifPresent(
                c -> changes.put(CatalogState.collectionKey(c.id()), with(c, intent)));
      }
      ledger.commit(changes);
    }
  }

  private static CollectionSchema schema(Intent intent) {
    CollectionSchema schema = intent.schema();
    if (schema == null) {
      throw PandionException.corrupt("intent " + intent.id() + " has no schema");
    }
    return Json.schema(schema);
  }

  private static CollectionInfo with(CollectionInfo c, Intent intent) {
    return new CollectionInfo(
        c.id(),
        c.databaseId(),
        schema(intent),
        c.shards(),
        c.consistencyLevel(),
        c.partitionCount(),
        c.properties(),
        c.createTick(),
        intent.id());
  }

  private Changes dropped(Changes changes, Predicate<SegmentInfo> which, long tick) {
    for (SegmentInfo s : ledger.segments()) {
      if (s.live() && which.test(s)) {
        changes.put(Ledger.segmentKey(s), SegmentStates.dropped(s, tick));
      }
    }
    return changes;
  }
}
