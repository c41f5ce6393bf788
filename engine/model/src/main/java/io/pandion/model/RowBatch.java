package io.pandion.model;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/// Rows by column: field id -> [Column], all of one size. Immutable.
public final class RowBatch {
  private final Map<Long, Column> columns;
  private final int rows;

  /// @throws PandionException INVALID_REQUEST when the columns differ in size
  public RowBatch(int rows, Map<Long, Column> columns) {
    this.rows = rows;
    this.columns = new LinkedHashMap<>(columns);
    this.columns.forEach(
        (id, column) -> {
          if (column.size() != rows) {
            throw PandionException.invalid(
                "field " + id + " has " + column.size() + " rows, expected " + rows);
          }
        });
  }

  public int rows() {
    return rows;
  }

  public boolean has(long fieldId) {
    return columns.containsKey(fieldId);
  }

  /// @throws PandionException INTERNAL when the batch lacks the field: ask [#has] first
  public Column column(long fieldId) {
    Column column = columns.get(fieldId);
    if (column == null) {
      throw new PandionException(
          PandionException.Reason.INTERNAL,
          PandionException.Subject.FIELD,
          "the batch has no column of field " + fieldId);
    }
    return column;
  }

  /// Field ids in order of the columns.
  public Collection<Long> fieldIds() {
    return java.util.Collections.unmodifiableSet(columns.keySet());
  }

  public RowBatch select(int[] selected, int count) {
    Map<Long, Column> out = new LinkedHashMap<>();
    columns.forEach((id, column) -> out.put(id, column.select(selected, count)));
    return new RowBatch(count, out);
  }

  public long bytes() {
    long bytes = 0;
    for (Column column : columns.values()) {
      bytes += column.bytes();
    }
    return bytes;
  }
}
