package io.pandion.coordinator;

import static io.pandion.model.PandionException.invalid;

import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rules of names and schemas, as in Milvus. Pure.
final class Fields {
  static final int MAX_FIELDS = 64;
  static final int MAX_VECTOR_FIELDS = 4;
  static final int MAX_NAME = 255;
  static final int MAX_DIMENSION = 32_768;
  static final int MAX_LENGTH = 65_535;

  private Fields() {}

  /// @throws PandionException INVALID_REQUEST when a name breaks the rules
  static void name(String kind, String name) {
    if (name.isEmpty()) {
      throw invalid(kind + " name should not be empty");
    }
    if (name.length() > MAX_NAME) {
      throw invalid(
          "Invalid " + kind + " name: " + name + ": the length must be at most " + MAX_NAME);
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && (i == 0 || c < '0' || c > '9')) {
        throw invalid(
            "Invalid "
                + kind
                + " name: "
                + name
                + (i == 0
                    ? ": the first character must be an underscore or letter"
                    : ": use only letters, digits and underscores"));
      }
    }
  }

  /// A checked schema with final field ids and `$meta` when dynamic.
  static CollectionSchema checked(CollectionSchema schema) {
    name("collection", schema.name());
    List<FieldSchema> fields = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int keys = 0;
    int partitionKeys = 0;
    int vectors = 0;
    for (FieldSchema field : schema.fields()) {
      if (field.dynamic()) {
        continue;
      }
      check(field);
      if (!names.add(field.name())) {
        throw invalid("duplicated field name '" + field.name() + "'");
      }
      keys += field.primaryKey() ? 1 : 0;
      partitionKeys += field.partitionKey() ? 1 : 0;
      vectors += field.type().isVector() ? 1 : 0;
      fields.add(
          with(field, CollectionSchema.FIRST_FIELD_ID + fields.size(), field.defaultValue()));
    }
    if (keys != 1) {
      throw invalid("collection '" + schema.name() + "' needs one primary key, not " + keys);
    }
    if (partitionKeys > 1) {
      throw invalid("there are more than one partition key in '" + schema.name() + "'");
    }
    if (vectors < 1 || vectors > MAX_VECTOR_FIELDS) {
      throw invalid(
          "collection '" + schema.name() + "' has " + vectors + " vector fields; use 1 to 4");
    }
    if (fields.size() > MAX_FIELDS) {
      throw invalid("maximum field's number should be limited to " + MAX_FIELDS);
    }
    if (schema.dynamicEnabled()) {
      fields.add(dynamic(CollectionSchema.FIRST_FIELD_ID + fields.size()));
    }
    return new CollectionSchema(
        schema.name(), schema.description(), fields, schema.dynamicEnabled(), 0);
  }

  private static void check(FieldSchema field) {
    name("field", field.name());
    FieldNames.check(field.name());
    Unsupported.params(field.name(), field.params());
    DataType type = field.type();
    String at = "field '" + field.name() + "': ";
    if (field.primaryKey() && type != DataType.INT64 && type != DataType.VARCHAR) {
      throw invalid(at + "the data type of primary key should be Int64 or VarChar");
    }
    if (field.primaryKey() && (field.nullable() || field.defaultValue() != null)) {
      throw invalid(at + "primary field not support null or default value");
    }
    if (field.autoId() && !field.primaryKey()) {
      throw invalid(at + "only primary field can speficy AutoID with true");
    }
    if (field.partitionKey() && type != DataType.INT64 && type != DataType.VARCHAR) {
      throw invalid(at + "the data type of partition key should be Int64 or VarChar");
    }
    if (field.partitionKey() && field.primaryKey()) {
      throw invalid(at + "the partition key field must not be primary field");
    }
    if (type.isVector() && (field.dimension() < 2 || field.dimension() > MAX_DIMENSION)) {
      throw invalid(at + "invalid dimension: " + field.dimension() + "; use 2 to 32768");
    }
    if (type.isVector() && field.nullable()) {
      throw invalid(at + "vector type not support null");
    }
    if (type == DataType.VARCHAR && (field.maxLength() < 1 || field.maxLength() > MAX_LENGTH)) {
      throw invalid(at + "max_length " + field.maxLength() + " should be in 1 to 65535");
    }
  }

  /// The schema with one more field.
  static CollectionSchema added(CollectionSchema schema, FieldSchema field) {
    check(field);
    if (schema.find(field.name()).isPresent()) {
      throw invalid("field already exists, name: " + field.name());
    }
    if (!field.nullable() && field.defaultValue() == null) {
      throw invalid("added field '" + field.name() + "' must be nullable or have a default value");
    }
    if (field.type().isVector() || field.primaryKey() || field.partitionKey()) {
      throw invalid("field '" + field.name() + "': only plain scalar fields can be added");
    }
    if (schema.fields().size() >= MAX_FIELDS) {
      throw invalid("the number of fields has reached the maximum value " + MAX_FIELDS);
    }
    long id = CollectionSchema.FIRST_FIELD_ID;
    for (FieldSchema f : schema.fields()) {
      id = Math.max(id, f.id() + 1);
    }
    List<FieldSchema> fields = new ArrayList<>(schema.fields());
    fields.add(with(field, id, field.defaultValue()));
    return new CollectionSchema(
        schema.name(), schema.description(), fields, schema.dynamicEnabled(), schema.version() + 1);
  }

  static FieldSchema with(FieldSchema f, long id, @Nullable Object defaultValue) {
    return copy(f, id, defaultValue, f.maxLength(), f.params());
  }

  static FieldSchema copy(
      FieldSchema f,
      long id,
      @Nullable Object defaultValue,
      int maxLength,
      Map<String, String> params) {
    return new FieldSchema(
        id,
        f.name(),
        f.description(),
        f.type(),
        f.primaryKey(),
        f.autoId(),
        f.partitionKey(),
        f.clusteringKey(),
        f.nullable(),
        defaultValue,
        maxLength,
        f.dimension(),
        f.dynamic(),
        params);
  }

  private static FieldSchema dynamic(long id) {
    return new FieldSchema(
        id,
        CollectionSchema.DYNAMIC_FIELD,
        "dynamic schema",
        DataType.JSON,
        false,
        false,
        false,
        false,
        true,
        null,
        0,
        0,
        true,
        Map.of());
  }
}
