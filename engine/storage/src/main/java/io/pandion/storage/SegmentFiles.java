package io.pandion.storage;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.RowBatch;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/// Writes and reads the Parquet files of segments. Any number of threads.
///
/// Rows are one file of all narrow columns with the tick of each row in `$ts`, and one file for
/// each vector column; row numbers are positions and agree between the files. Deletes are a file of
/// primary keys (`pk`) and ticks (`$ts`), in order of both. Names are fresh for every file.
public final class SegmentFiles {
  private static final long TICK_ID = CollectionSchema.TICK_FIELD;
  private static final FieldSchema TICK = FieldSchema.of(TICK_ID, "$ts", DataType.INT64);

  private final ObjectStore store;
  private final Path workDirectory;
  private final Supplier<UUID> ids;

  /// @param workDirectory for files on their way to and from the store
  /// @param ids names for new files
  public SegmentFiles(ObjectStore store, Path workDirectory, Supplier<UUID> ids) {
    this.store = store;
    this.workDirectory = workDirectory;
    this.ids = ids;
  }

  /// Folder of a segment, with the slash at its end.
  public static String prefix(long collectionId, long partitionId, long segmentId) {
    return "seg/" + collectionId + "/" + partitionId + "/" + segmentId + "/";
  }

  public List<FileRef> writeRows(
      String prefix, long segmentId, SegmentRows rows, CollectionSchema schema) {
    return writeRows(
        prefix, segmentId, rows.ticks(), schema, field -> rows.rows().column(field.id()));
  }

  /// Writes rows whose columns are fetched when they are written: vector fields one by one, last.
  public List<FileRef> writeRows(
      String prefix,
      long segmentId,
      long[] ticks,
      CollectionSchema schema,
      Function<FieldSchema, Column> columns) {
    Map<String, String> meta =
        Map.of(
            "pandion.segment", Long.toString(segmentId),
            "pandion.schema.version", Integer.toString(schema.version()));
    String folder = prefix + "binlog/";
    List<FieldSchema> narrow = new ArrayList<>(List.of(TICK));
    List<Column> values = new ArrayList<>(List.of(Column.Longs.of(ticks)));
    for (FieldSchema field : schema.fields()) {
      if (!field.type().isVector()) {
        narrow.add(field);
        values.add(columns.apply(field));
      }
    }
    List<FileRef> files = new ArrayList<>();
    files.add(write(FileRef.Kind.BINLOG, folder, -1, narrow, values, ticks.length, meta));
    values.clear();
    for (FieldSchema field : schema.fields()) {
      if (field.type().isVector()) {
        files.add(
            write(
                FileRef.Kind.VECTOR_BINLOG,
                folder,
                field.id(),
                List.of(field),
                List.of(columns.apply(field)),
                ticks.length,
                meta));
      }
    }
    return files;
  }

  /// Reads rows back; fields that the files lack are null or their default.
  ///
  /// @throws PandionException CORRUPT_DATA when a file is not what its reference says
  public SegmentRows readRows(List<FileRef> files, CollectionSchema schema) {
    List<FieldSchema> wanted = new ArrayList<>(schema.fields());
    wanted.add(TICK);
    Map<Long, Column> columns = readColumns(files, wanted);
    Column ticks = java.util.Objects.requireNonNull(columns.remove(TICK_ID));
    return new SegmentRows(new RowBatch(ticks.size(), columns), longs(ticks));
  }

  /// The tick of each row.
  ///
  /// @throws PandionException CORRUPT_DATA when a file is not what its reference says
  public long[] readTicks(List<FileRef> files) {
    return longs(java.util.Objects.requireNonNull(readColumns(files, List.of(TICK)).get(TICK_ID)));
  }

  /// One field of all rows; null or its default when the files lack it.
  ///
  /// @throws PandionException CORRUPT_DATA when a file is not what its reference says
  public Column readColumn(List<FileRef> files, FieldSchema field) {
    return java.util.Objects.requireNonNull(readColumns(files, List.of(field)).get(field.id()));
  }

  /// Reads fields from the binlogs that can hold them, in the order of the fields.
  private Map<Long, Column> readColumns(List<FileRef> files, List<FieldSchema> fields) {
    Map<Long, Column> found = new LinkedHashMap<>();
    long rows = -1;
    for (FileRef file : files) {
      if (file.kind() != FileRef.Kind.BINLOG && file.kind() != FileRef.Kind.VECTOR_BINLOG) {
        continue;
      }
      if (rows >= 0 && rows != file.entries()) {
        throw PandionException.corrupt(
            "object '" + file.name() + "' has " + file.entries() + " rows, others " + rows);
      }
      rows = file.entries();
      List<FieldSchema> here = fields.stream().filter(f -> mayHold(file, f)).toList();
      if (!here.isEmpty()) {
        Map<Long, Column> columns = read(file, here);
        for (Column column : columns.values()) {
          if (column.size() != rows) {
            throw PandionException.corrupt(
                "object '" + file.name() + "' has " + column.size() + " rows, expected " + rows);
          }
        }
        found.putAll(columns);
      }
    }
    Map<Long, Column> out = new LinkedHashMap<>();
    for (FieldSchema field : fields) {
      Column column = found.get(field.id());
      if (column == null && (rows < 0 || field.id() == TICK_ID)) {
        throw PandionException.corrupt(
            "the binlogs of a segment have no column '" + field.name() + "'");
      }
      out.put(field.id(), column != null ? column : absent(field, (int) rows));
    }
    return out;
  }

  private static boolean mayHold(FileRef file, FieldSchema field) {
    return file.kind() == FileRef.Kind.VECTOR_BINLOG
        ? file.fieldId() == field.id()
        : !field.type().isVector();
  }

  /// Writes deletes in order of the primary key and then the tick.
  public FileRef writeDeltas(String prefix, DeltaBatch unordered) {
    DeltaBatch deltas = unordered.sorted();
    DataType type = deltas.keys() instanceof Column.Longs ? DataType.INT64 : DataType.VARCHAR;
    return write(
        FileRef.Kind.DELTALOG,
        prefix + "delta/",
        -1,
        List.of(FieldSchema.of(CollectionSchema.ROW_ID_FIELD, "pk", type), TICK),
        List.of(deltas.keys(), Column.Longs.of(deltas.ticks())),
        deltas.size(),
        Map.of());
  }

  /// All deletes of the deltalogs among the files.
  ///
  /// @param keyType INT64 or VARCHAR
  public DeltaBatch readDeltas(List<FileRef> files, DataType keyType) {
    FieldSchema key = FieldSchema.of(CollectionSchema.ROW_ID_FIELD, "pk", keyType);
    ColumnBuilder keys = ColumnBuilder.of(key);
    ColumnBuilder ticks = ColumnBuilder.of(TICK);
    for (FileRef file : files) {
      if (file.kind() == FileRef.Kind.DELTALOG) {
        Map<Long, Column> columns = read(file, List.of(key, TICK));
        keys.addAll(present(columns, key.id(), file));
        ticks.addAll(present(columns, TICK_ID, file));
      }
    }
    return new DeltaBatch(keys.build(), longs(ticks.build()));
  }

  /// A local file with the object's bytes, checked against its reference; to be given back by
  /// [#release].
  ///
  /// @throws PandionException CORRUPT_DATA when it is missing or another
  public Path fetch(FileRef ref) {
    Path file = localCopy(ref);
    try {
      long length = Files.size(file);
      if (length != ref.length()) {
        throw PandionException.corrupt(
            "object '" + ref.name() + "' has " + length + " bytes, expected " + ref.length());
      }
      if (crc(file) != ref.crc32c()) {
        throw PandionException.corrupt("object '" + ref.name() + "' fails its checksum");
      }
      return file;
    } catch (NoSuchFileException e) {
      throw missing(ref, e);
    } catch (IOException e) {
      throw unreadable(ref, e);
    }
  }

  /// Removes a fetched file if it is a copy.
  public void release(Path fetched) {
    if (workDirectory.equals(fetched.getParent())) {
      try {
        Files.deleteIfExists(fetched);
      } catch (IOException e) {
        // It is in the way of nobody.
        return;
      }
    }
  }

  private Path localCopy(FileRef ref) {
    try {
      return store.localCopy(ref.name(), workDirectory);
    } catch (PandionException e) {
      throw e.reason() == PandionException.Reason.NOT_FOUND ? missing(ref, e) : e;
    }
  }

  private static PandionException missing(FileRef ref, Exception e) {
    return new PandionException(
        PandionException.Reason.CORRUPT_DATA,
        PandionException.Subject.SEGMENT,
        "object '" + ref.name() + "' (" + ref.kind() + ") is missing from the bucket",
        e);
  }

  /// Puts a local file into the store under a fresh name.
  public FileRef put(
      FileRef.Kind kind,
      String folder,
      String suffix,
      Path file,
      long field,
      long index,
      long entries)
      throws IOException {
    String name = folder + ids.get() + suffix;
    FileRef ref = new FileRef(kind, name, Files.size(file), crc(file), field, index, entries);
    store.putFile(name, file);
    return ref;
  }

  private FileRef write(
      FileRef.Kind kind,
      String folder,
      long fieldId,
      List<FieldSchema> fields,
      List<Column> columns,
      int rows,
      Map<String, String> meta) {
    Path file = workDirectory.resolve(ids.get() + ".parquet");
    try {
      Files.createDirectories(workDirectory);
      try {
        ParquetColumns.write(file, fields, columns, rows, meta);
        return put(kind, folder, ".parquet", file, fieldId, -1, rows);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.SEGMENT,
          "cannot write a file of " + folder + ": " + e.getMessage() + "; is the disk full?",
          e);
    }
  }

  private Map<Long, Column> read(FileRef ref, List<FieldSchema> fields) {
    Path file = fetch(ref);
    try {
      return ParquetColumns.read(file, fields);
    } catch (NoSuchFileException e) {
      throw missing(ref, e);
    } catch (IOException | RuntimeException e) {
      throw unreadable(ref, e);
    } finally {
      release(file);
    }
  }

  private static PandionException unreadable(FileRef ref, Exception e) {
    return new PandionException(
        PandionException.Reason.CORRUPT_DATA,
        PandionException.Subject.SEGMENT,
        "object '" + ref.name() + "' cannot be read: " + e.getMessage(),
        e);
  }

  private static Column present(Map<Long, Column> columns, long id, FileRef file) {
    Column column = columns.get(id);
    if (column == null) {
      throw PandionException.corrupt("object '" + file.name() + "' lacks column " + id);
    }
    return column;
  }

  private static Column absent(FieldSchema field, int rows) {
    ColumnBuilder builder = ColumnBuilder.of(field);
    for (int i = 0; i < rows; i++) {
      builder.add(field.defaultValue());
    }
    return builder.build();
  }

  private static long[] longs(Column column) {
    long[] out = new long[column.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = ((Column.Longs) column).get(i);
    }
    return out;
  }

  private static int crc(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      for (long at = 0; at < size; at += 1 << 30) {
        MappedByteBuffer part =
            channel.map(FileChannel.MapMode.READ_ONLY, at, Math.min(1 << 30, size - at));
        crc.update(part);
      }
    }
    return (int) crc.getValue();
  }
}
