package io.pandion.segment;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Keys;
import io.pandion.storage.SegmentRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Lays the rows of a segment out as the directory that [SealedSegment] maps. Any number of
/// threads, each with a directory of its own.
///
/// The directory holds column files (see [ColumnFile]): `{field id}.col` for each field that the
/// rows have, `ticks.col` (INT64) with the tick of each row, `keys.col` (INT32) with the row
/// numbers in order of primary key and then tick, and, written last, `fields.col` (INT64) with the
/// ids of the fields that are there.
public final class SealedSegmentWriter {
  static final FieldSchema TICKS = FieldSchema.of(1, "ticks", DataType.INT64);
  static final FieldSchema KEYS = FieldSchema.of(0, "keys", DataType.INT32);
  static final FieldSchema FIELDS = FieldSchema.of(0, "fields", DataType.INT64);

  private SealedSegmentWriter() {}

  /// @param directory created when missing
  public static void write(Path directory, SegmentRows rows, CollectionSchema schema)
      throws IOException {
    Files.createDirectories(directory);
    List<Long> written = new ArrayList<>();
    for (FieldSchema field : schema.fields()) {
      if (rows.rows().has(field.id())) {
        ColumnFile.write(file(directory, field.id()), field, rows.rows().column(field.id()));
        written.add(field.id());
      }
    }
    long[] ticks = rows.ticks();
    Column keys = rows.rows().column(schema.primaryKey().id());
    Integer[] order = new Integer[ticks.length];
    Arrays.setAll(order, row -> row);
    Arrays.sort(
        order,
        (a, b) -> {
          int byKey = Keys.compare(keys, a, keys, b);
          return byKey != 0 ? byKey : Long.compare(ticks[a], ticks[b]);
        });
    int[] sorted = Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    ColumnFile.write(directory.resolve("ticks.col"), TICKS, Column.Longs.of(ticks));
    ColumnFile.write(directory.resolve("keys.col"), KEYS, new Column.Ints(sorted, null));
    ColumnFile.write(
        directory.resolve("fields.col"),
        FIELDS,
        Column.Longs.of(written.stream().mapToLong(Long::longValue).toArray()));
  }

  static Path file(Path directory, long fieldId) {
    return directory.resolve(fieldId + ".col");
  }
}
