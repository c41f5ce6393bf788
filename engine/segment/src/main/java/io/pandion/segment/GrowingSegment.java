package io.pandion.segment;

import io.pandion.index.AcceptRows;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.FieldSchema;
import io.pandion.model.Keys;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.SegmentRows;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Rows that still arrive, in memory, searchable as soon as they are appended. One thread appends,
/// alters and deletes; any number of threads read without locks: rows are published by a volatile
/// write of their number.
public final class GrowingSegment implements Segment {
  private final long id;
  private final long partitionId;
  private final Map<Long, GrowingColumn> columns = new ConcurrentHashMap<>();
  private final Map<Long, GrowingVectors> vectors = new ConcurrentHashMap<>();
  private final Map<Long, GrowingIndex> indexes = new ConcurrentHashMap<>();
  private final @Nullable Executor linking;
  private final RowTicks ticks = new RowTicks();
  private final Map<Object, int[]> rowsByKey = new HashMap<>();
  private final Reads reads = new Reads();
  private volatile CollectionSchema schema;
  private volatile int rows;
  private volatile long bytes;

  /// A segment whose vectors are scanned, however many they are.
  public GrowingSegment(long id, long partitionId, CollectionSchema schema) {
    this(id, partitionId, schema, null);
  }

  /// @param linking runs the tasks that link vectors into graphs, about a tenth of a second each;
  ///   null for none, so that vectors are scanned
  public GrowingSegment(
      long id, long partitionId, CollectionSchema schema, @Nullable Executor linking) {
    this.id = id;
    this.partitionId = partitionId;
    this.linking = linking;
    this.schema = schema;
    addFields(schema);
  }

  private void addFields(CollectionSchema newer) {
    for (FieldSchema field : newer.fields()) {
      if (field.type().isVector()) {
        GrowingVectors column =
            vectors.computeIfAbsent(field.id(), _ -> new GrowingVectors(field.dimension()));
        indexes.computeIfAbsent(
            field.id(), _ -> new GrowingIndex(column, this::rows, linking, id ^ field.id()));
      } else if (!columns.containsKey(field.id())) {
        GrowingColumn column = new GrowingColumn(field);
        column.appendAbsent(0, rows);
        columns.put(field.id(), column);
      }
    }
  }

  /// Adds rows that came at one tick. Fields that the batch lacks are null or their default.
  public void append(RowBatch batch, long tick) {
    int at = rows;
    columns.forEach(
        (field, column) -> {
          if (batch.has(field)) {
            column.append(batch.column(field), at);
          } else {
            column.appendAbsent(at, batch.rows());
          }
        });
    vectors.forEach(
        (field, column) -> column.append((Column.FloatVectors) batch.column(field), at));
    ticks.add(at, batch.rows(), tick);
    Column keys = batch.column(schema.primaryKey().id());
    for (int i = 0; i < batch.rows(); i++) {
      int row = at + i;
      int[] same = rowsByKey.merge(Keys.of(keys, i), new int[] {row}, GrowingSegment::concat);
      if (same.length > 1) {
        ticks.twin(same[same.length - 2], row);
      }
    }
    bytes = bytes + batch.bytes() + 24L * batch.rows();
    rows = at + batch.rows();
    indexes.values().forEach(GrowingIndex::wake);
  }

  private static int[] concat(int[] a, int[] b) {
    int[] out = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, out, a.length, b.length);
    return out;
  }

  /// The collection has new fields: rows that are here get null or the default.
  public void alter(CollectionSchema newer) {
    addFields(newer);
    schema = newer;
  }

  @Override
  public void delete(DeltaBatch deletes) {
    for (int i = 0; i < deletes.size(); i++) {
      int[] found = rowsByKey.get(Keys.of(deletes.keys(), i));
      if (found != null) {
        for (int row : found) {
          ticks.delete(row, deletes.ticks()[i]);
        }
      }
    }
  }

  /// All rows, for the flusher; called by the writing thread.
  public SegmentRows snapshot() {
    int count = rows;
    int[] all = IntStream.range(0, count).toArray();
    Map<Long, Column> out = new LinkedHashMap<>();
    for (FieldSchema field : schema.fields()) {
      out.put(field.id(), fetch(field.id(), all, count));
    }
    long[] at = new long[count];
    Arrays.setAll(at, ticks::tick);
    return new SegmentRows(new RowBatch(count, out), at);
  }

  /// The deletes that hit rows of this segment; called by the writing thread.
  public DeltaBatch deletes() {
    int[] gone = IntStream.range(0, rows).filter(row -> ticks.deleteTick(row) != 0).toArray();
    Column keys =
        gone.length == 0
            ? ColumnBuilder.of(schema.primaryKey()).build()
            : fetch(schema.primaryKey().id(), gone, gone.length);
    return new DeltaBatch(keys, Arrays.stream(gone).mapToLong(ticks::deleteTick).toArray());
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public long partitionId() {
    return partitionId;
  }

  @Override
  public int rows() {
    return rows;
  }

  /// Memory that the rows and the graphs over their vectors take, roughly.
  public long bytes() {
    long graphs = 0;
    for (GrowingIndex index : indexes.values()) {
      graphs += index.bytes();
    }
    return bytes + graphs;
  }

  /// Rows that the graph over a vector field holds, 0 without one.
  int linkedRows(long fieldId) {
    GrowingIndex index = indexes.get(fieldId);
    return index == null ? 0 : index.linkedRows();
  }

  @Override
  public long tick(int row) {
    return ticks.tick(row);
  }

  @Override
  public SegmentSearch begin(SearchPlan plan, long readAt) {
    return new SegmentSearch(reads, plan, readAt);
  }

  @Override
  public SegmentMatches query(QueryPlan plan, long readAt) {
    return reads.query(plan, readAt);
  }

  @Override
  public long count(QueryPlan plan, long readAt) {
    return reads.count(plan, readAt);
  }

  @Override
  public Column fetch(long fieldId, int[] wanted, int count) {
    return reads.fetch(fieldId, wanted, count);
  }

  /// Memory goes when the last reader lets go of it.
  @Override
  public void close() {
    indexes.values().forEach(GrowingIndex::close);
  }

  private final class Reads extends RowReads {
    @Override
    int published() {
      return rows;
    }

    @Override
    CollectionSchema schema() {
      return schema;
    }

    @Override
    FieldValues values(long fieldId) {
      FieldValues column = columns.get(fieldId);
      return column != null ? column : new FieldValues.Absent(schema.field(fieldId));
    }

    @Override
    @Nullable AcceptRows visible(int count, long readAt) {
      return ticks.visible(count, readAt);
    }

    @Override
    Nearest nearest(SearchPlan plan, int count) {
      vectorField(plan.vectorField());
      return java.util.Objects.requireNonNull(indexes.get(plan.vectorField()))
          .nearest(plan.metric(), count);
    }

    @Override
    Column vectors(long fieldId, int[] wanted, int count) {
      return vectorField(fieldId).fetch(wanted, count);
    }

    private GrowingVectors vectorField(long fieldId) {
      GrowingVectors column = vectors.get(fieldId);
      if (column == null) {
        throw PandionException.notFound(
            PandionException.Subject.FIELD, "segment " + id + " has no vector field " + fieldId);
      }
      return column;
    }
  }
}
