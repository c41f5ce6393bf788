package io.pandion.proxy;

import io.pandion.meta.CollectionInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.KeyHash;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import io.pandion.model.QueryPlan;
import io.pandion.model.RowBatch;
import io.pandion.model.TickRange;
import io.pandion.protocol.DeleteRequest;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.InsertRequest;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.MutationResult;
import io.pandion.protocol.UpsertRequest;
import io.pandion.proxy.RowDecoder.KeyRule;
import io.pandion.proxy.filter.FilterParser;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/// Insert, upsert and delete. A request is decoded and checked as a whole before any of it is
/// written.
record WriteService(Catalog catalog, ShardWriter writer, ShardReader reader, ReadPoints points) {
  /// Stands for every partition in a delete.
  private static final long ALL_PARTITIONS = -1;

  /// Ids are taken from the cluster's clock in runs of at most this many.
  private static final int ID_RUN = 100_000;

  void register(Calls calls) {
    calls.on(MilvusServiceGrpc.getInsertMethod(), this::insert);
    calls.on(MilvusServiceGrpc.getUpsertMethod(), this::upsert);
    calls.on(MilvusServiceGrpc.getDeleteMethod(), this::delete);
  }

  private MutationResult insert(InsertRequest request, String database) {
    CollectionInfo collection = catalog.collection(database, request.getCollectionName());
    FieldSchema key = collection.schema().primaryKey();
    Map<Long, Column> columns =
        decode(
            collection,
            KeyRule.ofInsert(key, keysAllowed(collection)),
            request.getFieldsDataList(),
            Integer.toUnsignedLong(request.getNumRows()),
            request.getSchemaTimestamp());
    IntToLongFunction partition = partition(collection, request.getPartitionName(), columns);
    int rows = request.getNumRows();
    Column keys = columns.computeIfAbsent(key.id(), _ -> generate(key, rows));
    long tick = writer.insert(collection, new RowBatch(rows, columns), key.id(), partition);
    return written(keys, tick).setInsertCnt(rows).build();
  }

  private MutationResult upsert(UpsertRequest request, String database) {
    if (request.getPartialUpdate() || request.getFieldOpsCount() > 0) {
      throw PandionException.unsupported(
          "partial_update is not supported: upsert all fields of the rows of collection '"
              + request.getCollectionName()
              + "'");
    }
    CollectionInfo collection = catalog.collection(database, request.getCollectionName());
    FieldSchema key = collection.schema().primaryKey();
    int rows = request.getNumRows();
    Map<Long, Column> columns =
        decode(
            collection,
            KeyRule.GIVEN,
            request.getFieldsDataList(),
            Integer.toUnsignedLong(rows),
            request.getSchemaTimestamp());
    IntToLongFunction partition = partition(collection, request.getPartitionName(), columns);
    Column keys = java.util.Objects.requireNonNull(columns.get(key.id()));
    long tick;
    if (key.autoId() && !keysAllowed(collection)) {
      // The rows get new keys. Insert first: a failure in between then loses nothing.
      Column old = keys;
      keys = generate(key, rows);
      columns.put(key.id(), keys);
      long inserted = writer.insert(collection, new RowBatch(rows, columns), key.id(), partition);
      tick = Math.max(inserted, writer.delete(collection, old, ALL_PARTITIONS));
    } else {
      tick = writer.upsert(collection, new RowBatch(rows, columns), key.id(), partition);
    }
    return written(keys, tick).setInsertCnt(rows).setDeleteCnt(rows).setUpsertCnt(rows).build();
  }

  private MutationResult delete(DeleteRequest request, String database) {
    CollectionInfo collection = catalog.collection(database, request.getCollectionName());
    String expression = request.getExpr();
    Filter filter =
        FilterParser.parse(expression, collection.schema(), request.getExprTemplateValuesMap());
    if (filter == null) {
      throw PandionException.invalid(
          "expr is empty: say which rows of collection '" + collection.name() + "' to delete");
    }
    long partitionId = ALL_PARTITIONS;
    if (!request.getPartitionName().isEmpty()) {
      checkNoPartitionKey(collection, request.getPartitionName());
      partitionId = catalog.partition(collection, request.getPartitionName()).id();
    }
    Column keys = Filters.keys(collection.schema(), filter);
    if (keys == null) {
      keys = matching(collection, filter, partitionId);
    }
    MutationResult.Builder out = ResultEncoder.mutation(keys);
    if (keys.size() > 0) {
      out.setTimestamp(writer.delete(collection, keys, partitionId));
    } else {
      out.setTimestamp(catalog.coordinator().allocateTicks(1).first());
    }
    return out.setDeleteCnt(keys.size()).build();
  }

  /// The keys of the rows that a filter finds now, all acknowledged writes included.
  private Column matching(CollectionInfo collection, Filter filter, long partitionId) {
    Set<Long> partitions =
        partitionId == ALL_PARTITIONS ? LoadChecks.all(catalog, collection) : Set.of(partitionId);
    LoadChecks.check(catalog, collection, partitions);
    return reader
        .query(collection, new QueryPlan(filter, -1, false, partitions, List.of()), points.strong())
        .keys();
  }

  private static MutationResult.Builder written(Column keys, long tick) {
    return ResultEncoder.mutation(keys)
        .addAllSuccIndex(IntStream.range(0, keys.size()).boxed().toList())
        .setTimestamp(tick);
  }

  private static boolean keysAllowed(CollectionInfo collection) {
    return Boolean.parseBoolean(
        collection.properties().getOrDefault("allow_insert_auto_id", "false"));
  }

  /// @param schemaTick of the schema that the client knows, 0 = unknown
  private static Map<Long, Column> decode(
      CollectionInfo collection, KeyRule rule, List<FieldData> data, long rows, long schemaTick) {
    try {
      return new RowDecoder(collection.schema(), rule).decode(data, rows);
    } catch (PandionException e) {
      if (schemaTick != 0 && schemaTick != collection.updateTick()) {
        throw new PandionException(
            Reason.SCHEMA_MISMATCH,
            Subject.COLLECTION,
            "the rows do not fit the current schema of collection '"
                + collection.name()
                + "', which is newer than the client's: "
                + e.getMessage(),
            e);
      }
      throw e;
    }
  }

  private Column generate(FieldSchema key, int rows) {
    ColumnBuilder out = ColumnBuilder.of(key);
    for (int left = rows; left > 0; ) {
      TickRange ids = catalog.coordinator().allocateTicks(Math.min(left, ID_RUN));
      for (long id = ids.first(); id < ids.end(); id++) {
        out.add(key.type() == DataType.VARCHAR ? (Object) Long.toString(id) : (Object) id);
      }
      left -= ids.count();
    }
    return out.build();
  }

  /// Which partition a row belongs to.
  private IntToLongFunction partition(
      CollectionInfo collection, String name, Map<Long, Column> columns) {
    FieldSchema key = collection.schema().partitionKey().orElse(null);
    if (key == null) {
      long id = catalog.partition(collection, name.isEmpty() ? PartitionInfo.DEFAULT : name).id();
      return _ -> id;
    }
    if (!name.isEmpty()) {
      checkNoPartitionKey(collection, name);
    }
    int count = collection.partitionCount();
    long[] ids = new long[count];
    for (int i = 0; i < count; i++) {
      ids[i] = catalog.partition(collection, PartitionInfo.DEFAULT + "_" + i).id();
    }
    Column values = java.util.Objects.requireNonNull(columns.get(key.id()));
    return row -> ids[values.isNull(row) ? 0 : (int) (KeyHash.shard(values, row) % count)];
  }

  static void checkNoPartitionKey(CollectionInfo collection, String partition) {
    if (collection.schema().partitionKey().isPresent()) {
      throw PandionException.invalid(
          "partition '"
              + partition
              + "' must not be named: collection '"
              + collection.name()
              + "' chooses partitions by its partition key");
    }
  }
}
