package io.pandion.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.FloatNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.FieldSchema;
import io.pandion.protocol.FieldData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gathers what the schema does not name into the field `$meta`.
final class DynamicField {
  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.UTF_8);

  private DynamicField() {}

  /// @param given the `$meta` column of the request, if any
  /// @param unknown columns that the schema does not name
  /// @throws io.pandion.model.PandionException INVALID_REQUEST
  static Column gather(
      CollectionSchema schema,
      FieldSchema field,
      @Nullable FieldData given,
      List<FieldData> unknown,
      int rows) {
    Column.@Nullable Json base =
        given == null ? null : (Column.Json) ColumnDecoder.decode(field, given, rows);
    if (base != null) {
      checkKeys(schema, field, base);
    }
    if (base != null && unknown.isEmpty()) {
      return base;
    }
    List<List<JsonNode>> values = new ArrayList<>();
    unknown.forEach(column -> values.add(values(column, rows)));
    ColumnBuilder out = ColumnBuilder.of(field);
    for (int row = 0; row < rows; row++) {
      byte[] text = base == null || base.isNull(row) ? EMPTY : base.get(row);
      if (unknown.isEmpty()) {
        out.add(text);
        continue;
      }
      ObjectNode object = JsonText.object(text);
      for (int c = 0; c < unknown.size(); c++) {
        String key = unknown.get(c).getFieldName();
        if (object.has(key)) {
          throw FieldChecks.bad(field, row, "the key '" + key + "' is given twice");
        }
        JsonNode value = values.get(c).get(row);
        if (!value.isMissingNode()) {
          object.set(key, value);
        }
      }
      out.add(FieldChecks.checked(field, row, JsonText.write(object)));
    }
    return out.build();
  }

  /// A key that is the name of a field would hide behind that field: a client with a schema from
  /// before the field was added sends such rows.
  private static void checkKeys(CollectionSchema schema, FieldSchema field, Column.Json values) {
    for (int row = 0; row < values.size(); row++) {
      if (!values.isNull(row)) {
        for (String key : JsonText.keys(values.get(row))) {
          if (schema.find(key).isPresent()) {
            throw FieldChecks.bad(
                field, row, "the key '" + key + "' is a field of the collection; give it as such");
          }
        }
      }
    }
  }

  private static List<JsonNode> values(FieldData column, int rows) {
    String name = column.getFieldName();
    if (column.getFieldCase() != FieldData.FieldCase.SCALARS) {
      throw FieldChecks.bad(
          name,
          "the schema does not have it, and only scalars can go into the dynamic field, not "
              + column.getFieldCase());
    }
    List<?> given = ColumnDecoder.list(column.getScalars());
    BitSet absent = ColumnDecoder.absent(name, column, rows);
    ColumnDecoder.checkCount(name, given.size(), rows, absent);
    boolean compact = given.size() != rows;
    List<JsonNode> out = new ArrayList<>(rows);
    int next = 0;
    for (int row = 0; row < rows; row++) {
      if (absent.get(row)) {
        out.add(com.fasterxml.jackson.databind.node.MissingNode.getInstance());
      } else {
        out.add(node(name, row, given.get(compact ? next++ : row)));
      }
    }
    return out;
  }

  private static JsonNode node(String name, int row, Object value) {
    return switch (value) {
      case Boolean v -> BooleanNode.valueOf(v);
      case Integer v -> IntNode.valueOf(v);
      case Long v -> LongNode.valueOf(v);
      case Float v when Float.isFinite(v) -> FloatNode.valueOf(v);
      case Double v when Double.isFinite(v) -> DoubleNode.valueOf(v);
      case String v -> TextNode.valueOf(v);
      case ByteString v when JsonText.fault(v.toByteArray()) == null ->
          JsonText.read(v.toByteArray());
      default -> throw FieldChecks.bad(name, "row " + row + ": value " + value + " is not JSON");
    };
  }
}
