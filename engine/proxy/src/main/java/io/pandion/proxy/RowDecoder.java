package io.pandion.proxy;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.FieldSchema;
import io.pandion.model.Keys;
import io.pandion.model.PandionException;
import io.pandion.protocol.FieldData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads and checks the rows of an insert or upsert. Nothing is written before all of it passed.
///
/// @param schema of the collection
/// @param keys what becomes of the key field's column
record RowDecoder(CollectionSchema schema, KeyRule keys) {
  static final int MAX_ROWS = 1_000_000;

  /// Who gives the primary keys.
  enum KeyRule {
    /// The request must.
    GIVEN,
    /// The server does; a column of the request is refused.
    GENERATED,
    /// The request may; else the server does.
    EITHER;

    /// @param allowed property `allow_insert_auto_id`
    static KeyRule ofInsert(FieldSchema key, boolean allowed) {
      return !key.autoId() ? GIVEN : allowed ? EITHER : GENERATED;
    }
  }

  /// The columns by field id; without the key's when the server has to generate it.
  ///
  /// @throws PandionException INVALID_REQUEST, naming the field, row and value
  Map<Long, Column> decode(List<FieldData> data, long rows) {
    checkRows(rows);
    int count = (int) rows;
    Map<String, FieldData> given = new LinkedHashMap<>();
    List<FieldData> unknown = new ArrayList<>();
    for (FieldData column : data) {
      String name = name(column);
      if (schema.find(name).isEmpty()) {
        unknown.add(unknown(column));
      } else if (given.put(name, column) != null) {
        throw FieldChecks.bad(name, "the request has two columns of this name");
      }
    }
    Map<Long, Column> out = new LinkedHashMap<>();
    for (FieldSchema field : schema.fields()) {
      FieldData column = given.get(field.name());
      if (field.dynamic()) {
        out.put(field.id(), DynamicField.gather(schema, field, column, unknown, count));
      } else if (!generated(field, column)) {
        out.put(
            field.id(),
            column == null ? missing(field, count) : ColumnDecoder.decode(field, column, count));
      }
    }
    Column keyColumn = out.get(schema.primaryKey().id());
    if (keyColumn != null) {
      checkUnique(keyColumn);
    }
    return out;
  }

  private static void checkRows(long rows) {
    if (rows <= 0) {
      throw PandionException.invalid("num_rows is " + rows + ": the request has no rows");
    }
    if (rows > MAX_ROWS) {
      throw PandionException.invalid(
          "num_rows is " + rows + ", at most " + MAX_ROWS + " rows fit one request: split it");
    }
  }

  private String name(FieldData column) {
    if (column.getIsDynamic() && column.getFieldName().isEmpty()) {
      return CollectionSchema.DYNAMIC_FIELD;
    }
    return column.getFieldName();
  }

  private FieldData unknown(FieldData column) {
    if (!schema.dynamicEnabled()) {
      throw FieldChecks.bad(
          column.getFieldName(),
          "collection '"
              + schema.name()
              + "' has no such field, and its dynamic field is not enabled");
    }
    return column;
  }

  private boolean generated(FieldSchema field, @Nullable FieldData column) {
    if (!field.primaryKey() || keys == KeyRule.GIVEN) {
      return false;
    }
    boolean empty = column == null || emptyColumn(column);
    if (!empty && keys == KeyRule.GENERATED) {
      throw FieldChecks.bad(
          field.name(),
          "the primary key is generated (auto_id), the request must not give it; set the"
              + " property allow_insert_auto_id to allow it");
    }
    return empty;
  }

  private static boolean emptyColumn(FieldData column) {
    return ColumnDecoder.list(column.getScalars()).isEmpty();
  }

  private Column missing(FieldSchema field, int rows) {
    if (field.defaultValue() == null && !field.nullable()) {
      throw FieldChecks.bad(
          field.name(),
          field.primaryKey()
              ? "must assign the primary key, the request has no column for it"
              : "has no corresponding data in the request, and it is neither nullable nor has it"
                  + " a default");
    }
    ColumnBuilder out = ColumnBuilder.of(field);
    for (int row = 0; row < rows; row++) {
      out.add(field.defaultValue());
    }
    return out.build();
  }

  private void checkUnique(Column column) {
    Set<Object> seen = new HashSet<>(column.size() * 2);
    for (int row = 0; row < column.size(); row++) {
      if (!seen.add(Keys.of(column, row))) {
        throw FieldChecks.bad(
            schema.primaryKey(),
            row,
            "duplicate primary keys are not allowed in one request: " + Keys.of(column, row));
      }
    }
  }
}
