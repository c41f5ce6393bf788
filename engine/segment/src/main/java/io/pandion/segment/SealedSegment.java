package io.pandion.segment;

import io.pandion.index.AcceptRows;
import io.pandion.index.FloatRows;
import io.pandion.index.InverseNorms;
import io.pandion.index.SortedScalarIndex;
import io.pandion.index.VectorIndex;
import io.pandion.index.VectorIndexType;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.FieldSchema;
import io.pandion.model.Keys;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.SearchPlan;
import io.pandion.storage.DeltaBatch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Rows that no longer change, mapped from the directory that [SealedSegmentWriter] wrote. Any
/// number of threads read, delete, alter and close; a close unmaps the files after the last read.
///
/// A vector field is searched by its index when it has one of the plan's metric, else exactly; a
/// filter asks the scalar indexes before it looks at rows.
public final class SealedSegment implements Segment {
  private record BuiltIndex(Metric metric, VectorIndex index) {}

  private final long id;
  private final long partitionId;
  private final PinnedArena arena;
  private final int rows;
  private final KeyRows keyRows;
  private final Map<Long, FieldValues> columns = new HashMap<>();
  private final Map<Long, FloatRows> vectors = new HashMap<>();
  private final Map<Long, float[]> inverseNorms = new ConcurrentHashMap<>();
  private final Map<Long, BuiltIndex> indexes = new ConcurrentHashMap<>();
  private final Map<Long, SortedScalarIndex> scalarIndexes = new ConcurrentHashMap<>();
  private final RowTicks ticks = new RowTicks();
  private final Reads reads = new Reads();
  private volatile CollectionSchema schema;

  private SealedSegment(
      long id, long partitionId, Path directory, CollectionSchema schema, Arena arena)
      throws IOException {
    this.id = id;
    this.partitionId = partitionId;
    this.schema = schema;
    this.arena = new PinnedArena("segment " + id, arena);
    ColumnFile times =
        ColumnFile.open(directory.resolve("ticks.col"), SealedSegmentWriter.TICKS, -1, arena);
    this.rows = times.rows();
    for (int row = 0; row < rows; row++) {
      ticks.add(row, 1, times.longAt(row));
    }
    ColumnFile present =
        ColumnFile.open(directory.resolve("fields.col"), SealedSegmentWriter.FIELDS, -1, arena);
    for (int i = 0; i < present.rows(); i++) {
      FieldSchema field = schema.find(present.longAt(i)).orElse(null);
      if (field != null) {
        ColumnFile file =
            ColumnFile.open(SealedSegmentWriter.file(directory, field.id()), field, rows, arena);
        if (field.type().isVector()) {
          vectors.put(field.id(), file.vectors(field.dimension()));
        } else {
          columns.put(field.id(), new SealedColumn(field, file));
        }
      }
    }
    FieldValues keys = columns.get(schema.primaryKey().id());
    if (keys == null) {
      throw PandionException.corrupt(directory + " has no primary key; load the segment again");
    }
    this.keyRows =
        new KeyRows(
            ColumnFile.open(directory.resolve("keys.col"), SealedSegmentWriter.KEYS, rows, arena),
            keys);
    keyRows.linkTwins(ticks);
  }

  /// Maps a directory. Fields of the schema that it lacks are null or their default.
  ///
  /// @throws PandionException CORRUPT_DATA when a file is missing or fails a check
  @SuppressWarnings("MustBeClosedChecker") // the segment closes it
  public static SealedSegment open(
      long id, long partitionId, Path directory, CollectionSchema schema) throws IOException {
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try {
      SealedSegment segment = new SealedSegment(id, partitionId, directory, schema, arena);
      opened = true;
      return segment;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  /// Maps a built index of a vector field and searches by it from now on.
  ///
  /// @throws PandionException CORRUPT_DATA when the file is damaged or of other vectors
  public void addIndex(long fieldId, VectorIndexType type, Metric metric, Path file)
      throws IOException {
    arena.pin();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment mapped =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena.memory());
      VectorIndex index = type.open(mapped, vectorField(fieldId), metric);
      indexes.put(fieldId, new BuiltIndex(metric, index));
    } finally {
      arena.unpin();
    }
  }

  /// Maps a built index of a scalar field, which filters use from now on.
  ///
  /// @throws PandionException CORRUPT_DATA when the file is damaged or of another column
  public void addScalarIndex(long fieldId, Path file) throws IOException {
    arena.pin();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      SortedScalarIndex index =
          SortedScalarIndex.open(
              channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena.memory()));
      FieldSchema field = schema.field(fieldId);
      if (index.rows() != rows || !index.holds(field.type())) {
        throw PandionException.corrupt(
            "index file "
                + file
                + " is not of field '"
                + field.name()
                + "' of segment "
                + id
                + ", which has "
                + rows
                + " rows; build the index again");
      }
      scalarIndexes.put(fieldId, index);
    } finally {
      arena.unpin();
    }
  }

  /// Searches and filters a field without an index from now on.
  public void dropIndex(long fieldId) {
    indexes.remove(fieldId);
    scalarIndexes.remove(fieldId);
  }

  /// The collection has new fields: rows that are here are null in them, or their default.
  public void alter(CollectionSchema newer) {
    schema = newer;
  }

  public CollectionSchema schema() {
    return schema;
  }

  /// Rows that some delete removed.
  public int deletedRows() {
    return ticks.deleted();
  }

  /// Applies all deletes that another copy of the same rows has.
  public void deleteAsIn(SealedSegment other) {
    other.arena.pinned(
        () -> {
          int count = 0;
          int[] gone = new int[other.rows];
          long[] at = new long[other.rows];
          for (int row = 0; row < other.rows; row++) {
            if (other.ticks.deleteTick(row) != 0) {
              at[count] = other.ticks.deleteTick(row);
              gone[count++] = row;
            }
          }
          if (count > 0) {
            long keyField = other.schema.primaryKey().id();
            Column keys = other.reads.fetch(keyField, gone, count);
            delete(new DeltaBatch(keys, java.util.Arrays.copyOf(at, count)));
          }
          return count;
        });
  }

  /// Keeps the files mapped until [#release], so that several reads see the segment even when it is
  /// closed between them.
  ///
  /// @return false when it is closed
  public boolean retain() {
    return arena.retain();
  }

  /// Undoes one [#retain].
  public void release() {
    arena.unpin();
  }

  /// The vectors of a field, for building an index; valid until the segment is closed.
  public FloatRows vectors(long fieldId) {
    return vectorField(fieldId);
  }

  private FloatRows vectorField(long fieldId) {
    FloatRows found = vectors.get(fieldId);
    if (found == null) {
      throw PandionException.notFound(
          PandionException.Subject.FIELD, "segment " + id + " has no vector field " + fieldId);
    }
    return found;
  }

  @Override
  public void delete(DeltaBatch deletes) {
    arena.pinned(
        () -> {
          synchronized (ticks) {
            for (int i = 0; i < deletes.size(); i++) {
              for (int row : keyRows.find(Keys.of(deletes.keys(), i))) {
                ticks.delete(row, deletes.ticks()[i]);
              }
            }
          }
          return rows;
        });
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

  @Override
  public long tick(int row) {
    return ticks.tick(row);
  }

  @Override
  public SegmentSearch begin(SearchPlan plan, long readAt) {
    return arena.pinned(() -> new SegmentSearch(reads, plan, readAt));
  }

  @Override
  public SegmentMatches query(QueryPlan plan, long readAt) {
    return arena.pinned(() -> reads.query(plan, readAt));
  }

  @Override
  public long count(QueryPlan plan, long readAt) {
    return arena.pinned(() -> reads.count(plan, readAt));
  }

  @Override
  public Column fetch(long fieldId, int[] wanted, int count) {
    return arena.pinned(() -> reads.fetch(fieldId, wanted, count));
  }

  /// Unmaps the files when the reads under way and all who retained it are done. Later reads throw
  /// NOT_FOUND SEGMENT.
  @Override
  public void close() {
    arena.close();
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
    @Nullable SortedScalarIndex scalarIndex(long fieldId) {
      return scalarIndexes.get(fieldId);
    }

    @Override
    int[] rowsOf(Object key) {
      return keyRows.find(key);
    }

    @Override
    <T> T held(Supplier<T> read) {
      return arena.pinned(read);
    }

    @Override
    Nearest nearest(SearchPlan plan, int count) {
      long field = plan.vectorField();
      BuiltIndex built = indexes.get(field);
      if (built != null && built.metric() == plan.metric()) {
        return new Nearest.Indexed(built.index());
      }
      FloatRows scanned = vectorField(field);
      return new Nearest.Scanned(
          scanned,
          plan.metric(),
          () -> plan.metric() == Metric.COSINE ? norms(field, scanned) : null);
    }

    private float[] norms(long fieldId, FloatRows of) {
      float[] known = inverseNorms.get(fieldId);
      return known != null
          ? known
          : inverseNorms.computeIfAbsent(fieldId, _ -> InverseNorms.of(of));
    }

    @Override
    Column vectors(long fieldId, int[] wanted, int count) {
      FloatRows from = vectorField(fieldId);
      float[] out = new float[count * from.dimension()];
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(
            from.data(),
            ColumnFile.FLOAT,
            from.offset(wanted[i]),
            out,
            i * from.dimension(),
            from.dimension());
      }
      return new Column.FloatVectors(out, from.dimension());
    }
  }
}
