package io.pandion.coordinator;

import static io.pandion.model.PandionException.invalid;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.CatalogCommand.AlterAlias;
import io.pandion.cluster.CatalogCommand.AlterCollection;
import io.pandion.cluster.CatalogCommand.AlterDatabase;
import io.pandion.cluster.CatalogCommand.AlterField;
import io.pandion.cluster.CatalogCommand.AlterIndex;
import io.pandion.cluster.CatalogCommand.CreateAlias;
import io.pandion.cluster.CatalogCommand.CreateDatabase;
import io.pandion.cluster.CatalogCommand.CreateIndex;
import io.pandion.cluster.CatalogCommand.CreatePartition;
import io.pandion.cluster.CatalogCommand.DropAlias;
import io.pandion.cluster.CatalogCommand.DropDatabase;
import io.pandion.cluster.CatalogCommand.DropIndex;
import io.pandion.cluster.CatalogCommand.Load;
import io.pandion.cluster.CatalogCommand.Release;
import io.pandion.cluster.CatalogCommand.RenameCollection;
import io.pandion.meta.AliasInfo;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a command that no shard needs to hear of does to the catalog. Pure: state and tick in,
/// changes out. New ids are the tick.
record CatalogRules(CatalogState state, long tick) {
  static final int MAX_DATABASES = 64;
  static final int MAX_PARTITIONS = 1024;

  Changes apply(CatalogCommand command) {
    return switch (command) {
      case CreateDatabase c -> createDatabase(c);
      case DropDatabase c -> dropDatabase(c);
      case AlterDatabase c -> alterDatabase(c);
      case RenameCollection c -> rename(c);
      case AlterCollection c -> {
        CollectionInfo old = names().collection(c.database(), c.name());
        Unsupported.properties(old.name(), c.set());
        yield put(
            with(
                old,
                old.databaseId(),
                old.schema(),
                merged(old.properties(), c.set(), c.remove())));
      }
      case AlterField c -> alterField(c);
      case CreatePartition c -> createPartition(c);
      case CreateAlias c -> createAlias(c);
      case DropAlias c -> dropAlias(c);
      case AlterAlias c -> alterAlias(c);
      case CreateIndex c -> new IndexRules(state, tick).create(c);
      case DropIndex c -> new IndexRules(state, tick).drop(c);
      case AlterIndex c -> new IndexRules(state, tick).alter(c);
      case Load c -> load(c);
      case Release c -> release(c);
      default -> throw new IllegalArgumentException("concerns shards: " + command);
    };
  }

  private Names names() {
    return new Names(state);
  }

  private Changes createDatabase(CreateDatabase c) {
    Fields.name("database", c.name());
    if (state.database(c.name()).isPresent()) {
      throw PandionException.exists(Subject.DATABASE, "database already exist: " + c.name());
    }
    if (state.databases().size() >= MAX_DATABASES) {
      throw quota(Subject.DATABASE, "database number " + MAX_DATABASES + " reached: " + c.name());
    }
    return new Changes()
        .put(CatalogState.database(tick), new DatabaseInfo(tick, c.name(), c.properties(), tick));
  }

  private Changes dropDatabase(DropDatabase c) {
    if (c.name().equals(DatabaseInfo.DEFAULT)) {
      throw invalid("can not drop default database");
    }
    DatabaseInfo database = names().database(c.name());
    if (!state.collections(database.id()).isEmpty()) {
      throw invalid(
          "database:" + c.name() + " not empty, must drop all collections before drop database");
    }
    return new Changes().remove(CatalogState.database(database.id()));
  }

  private Changes alterDatabase(AlterDatabase c) {
    DatabaseInfo old = names().database(c.name());
    return new Changes()
        .put(
            CatalogState.database(old.id()),
            new DatabaseInfo(
                old.id(),
                old.name(),
                merged(old.properties(), c.set(), c.remove()),
                old.createTick()));
  }

  private Changes rename(RenameCollection c) {
    Fields.name("collection", c.newName());
    CollectionInfo old = names().collection(c.database(), c.name());
    if (!old.name().equals(c.name())) {
      throw invalid("unsupported use an alias to rename collection, alias:" + c.name());
    }
    long target = names().database(c.newDatabase().isEmpty() ? c.database() : c.newDatabase()).id();
    names().free(target, c.newName());
    if (target != old.databaseId() && !state.aliases(old.id()).isEmpty()) {
      throw invalid(
          "collection " + c.name() + " has aliases; drop them before it changes database");
    }
    CollectionSchema s = old.schema();
    return put(
        with(
            old,
            target,
            new CollectionSchema(
                c.newName(), s.description(), s.fields(), s.dynamicEnabled(), s.version()),
            old.properties()));
  }

  private Changes alterField(AlterField c) {
    CollectionInfo old = names().collection(c.database(), c.name());
    FieldSchema field = old.schema().field(c.field());
    Unsupported.params(field.name(), c.set());
    int maxLength = field.maxLength();
    Map<String, String> set = new HashMap<>(c.set());
    String length = set.get("max_length");
    if (length != null) {
      try {
        maxLength = Integer.parseInt(length);
      } catch (NumberFormatException e) {
        throw invalid("max_length '" + length + "' of field '" + c.field() + "' is no number");
      }
      if (maxLength < 1 || maxLength > Fields.MAX_LENGTH || field.maxLength() == 0) {
        throw invalid("max_length " + length + " does not fit field '" + c.field() + "'");
      }
    }
    FieldSchema changed =
        Fields.copy(
            field,
            field.id(),
            field.defaultValue(),
            maxLength,
            merged(field.params(), set, c.remove()));
    CollectionSchema s = old.schema();
    List<FieldSchema> fields =
        s.fields().stream().map(f -> f.id() == field.id() ? changed : f).toList();
    return put(
        with(
            old,
            old.databaseId(),
            new CollectionSchema(
                s.name(), s.description(), fields, s.dynamicEnabled(), s.version()),
            old.properties()));
  }

  private Changes createPartition(CreatePartition c) {
    Fields.name("partition", c.name());
    CollectionInfo collection = names().collection(c.database(), c.collection());
    if (collection.partitionCount() > 0) {
      throw invalid("disable create partition if partition key mode is used");
    }
    if (state.partition(collection.id(), c.name()).isPresent()) {
      return new Changes();
    }
    if (state.partitions(collection.id()).size() >= MAX_PARTITIONS) {
      throw quota(
          Subject.PARTITION,
          "partition number (" + MAX_PARTITIONS + ") exceeds max, collection: " + c.collection());
    }
    PartitionInfo partition = new PartitionInfo(tick, collection.id(), c.name(), tick);
    return new Changes().put(CatalogState.partitionKey(partition), partition);
  }

  private Changes createAlias(CreateAlias c) {
    Fields.name("alias", c.alias());
    CollectionInfo collection = names().collection(c.database(), c.collection());
    if (state.collection(collection.databaseId(), c.alias()).isPresent()) {
      throw invalid("alias and collection name conflict: " + c.alias());
    }
    var held = state.alias(collection.databaseId(), c.alias());
    if (held.isPresent() && held.get().collectionId() != collection.id()) {
      throw PandionException.exists(
          Subject.ALIAS, c.alias() + " is alias to another collection; alter it instead");
    }
    return put(new AliasInfo(collection.databaseId(), c.alias(), collection.id()));
  }

  private Changes dropAlias(DropAlias c) {
    return new Changes()
        .remove(CatalogState.aliasKey(names().database(c.database()).id(), c.alias()));
  }

  private Changes alterAlias(AlterAlias c) {
    CollectionInfo collection = names().collection(c.database(), c.collection());
    if (state.alias(collection.databaseId(), c.alias()).isEmpty()) {
      throw PandionException.notFound(Subject.ALIAS, "alias not found[alias=" + c.alias() + "]");
    }
    return put(new AliasInfo(collection.databaseId(), c.alias(), collection.id()));
  }

  private Changes load(Load c) {
    CollectionInfo collection = names().collection(c.database(), c.collection());
    if (c.replicas() > 1) {
      throw PandionException.unsupported(
          "replica_number "
              + c.replicas()
              + " of collection '"
              + collection.name()
              + "' is not supported: there is one replica only");
    }
    for (FieldSchema field : collection.schema().fields()) {
      if (field.type().isVector()
          && state.indexes(collection.id()).stream().noneMatch(i -> i.fieldId() == field.id())) {
        throw PandionException.notFound(
            Subject.INDEX,
            "there is no vector index on field: ["
                + field.name()
                + "], please create index firstly");
      }
    }
    var held = state.load(collection.id());
    boolean whole = c.partitions().isEmpty() || held.map(LoadInfo::wholeCollection).orElse(false);
    Set<Long> ids = new HashSet<>(held.map(LoadInfo::partitionIds).orElse(Set.of()));
    names().partitions(collection, c.partitions()).forEach(p -> ids.add(p.id()));
    LoadInfo load =
        new LoadInfo(
            collection.id(), whole, whole ? Set.of() : ids, Math.max(1, c.replicas()), tick);
    if (held.isPresent()
        && held.get().wholeCollection() == whole
        && held.get().partitionIds().equals(load.partitionIds())) {
      return new Changes();
    }
    return new Changes().put(CatalogState.loadKey(collection.id()), load);
  }

  private Changes release(Release c) {
    CollectionInfo collection = names().collection(c.database(), c.collection());
    var held = state.load(collection.id());
    if (held.isEmpty()) {
      return new Changes();
    }
    Set<Long> rest = new HashSet<>();
    if (!c.partitions().isEmpty()) {
      state.partitions(collection.id()).stream()
          .filter(p -> held.get().covers(p.id()))
          .forEach(p -> rest.add(p.id()));
      names().partitions(collection, c.partitions()).forEach(p -> rest.remove(p.id()));
    }
    String key = CatalogState.loadKey(collection.id());
    return rest.isEmpty()
        ? new Changes().remove(key)
        : new Changes()
            .put(key, new LoadInfo(collection.id(), false, rest, held.get().replicas(), tick));
  }

  private CollectionInfo with(
      CollectionInfo c, long databaseId, CollectionSchema schema, Map<String, String> properties) {
    return new CollectionInfo(
        c.id(),
        databaseId,
        schema,
        c.shards(),
        c.consistencyLevel(),
        c.partitionCount(),
        properties,
        c.createTick(),
        tick);
  }

  private Changes put(CollectionInfo c) {
    Changes changes = new Changes().put(CatalogState.collectionKey(c.id()), c);
    for (AliasInfo alias : state.aliases(c.id())) {
      if (alias.databaseId() != c.databaseId()) {
        throw invalid("alias " + alias.name() + " belongs to another database");
      }
    }
    return changes;
  }

  private static Changes put(AliasInfo alias) {
    return new Changes().put(CatalogState.aliasKey(alias.databaseId(), alias.name()), alias);
  }

  static Map<String, String> merged(
      Map<String, String> old, Map<String, String> set, Set<String> remove) {
    Map<String, String> next = new HashMap<>(old);
    next.putAll(set);
    next.keySet().removeAll(remove);
    return next;
  }

  static PandionException quota(Subject subject, String message) {
    return new PandionException(Reason.QUOTA_EXCEEDED, subject, message);
  }
}
