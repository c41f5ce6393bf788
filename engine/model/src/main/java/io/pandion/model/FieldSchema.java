package io.pandion.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One field of a collection.
///
/// @param id unique in its collection, never reused; user fields count from
///   [CollectionSchema#FIRST_FIELD_ID]
/// @param defaultValue what an absent value becomes: Boolean, Integer, Long, Float, Double or
///   String; null = none
/// @param maxLength UTF-8 bytes of a VARCHAR at most, else 0
/// @param dimension of a vector, else 0
/// @param dynamic true for the JSON field `$meta` that holds what the schema does not name
/// @param params the type parameters and properties as the user gave them (`mmap.enabled` ...)
public record FieldSchema(
    long id,
    String name,
    String description,
    DataType type,
    boolean primaryKey,
    boolean autoId,
    boolean partitionKey,
    boolean clusteringKey,
    boolean nullable,
    @Nullable Object defaultValue,
    int maxLength,
    int dimension,
    boolean dynamic,
    Map<String, String> params) {
  public FieldSchema {
    params = Map.copyOf(params);
  }

  /// A plain field: neither key nor nullable, without default.
  public static FieldSchema of(long id, String name, DataType type) {
    return new FieldSchema(
        id,
        name,
        "",
        type,
        false,
        false,
        false,
        false,
        false,
        null,
        type == DataType.VARCHAR ? 65_535 : 0,
        0,
        false,
        Map.of());
  }

  /// A primary key field.
  public static FieldSchema key(long id, String name, DataType type) {
    return new FieldSchema(
        id,
        name,
        "",
        type,
        true,
        false,
        false,
        false,
        false,
        null,
        type == DataType.VARCHAR ? 65_535 : 0,
        0,
        false,
        Map.of());
  }

  /// A float vector field.
  public static FieldSchema vector(long id, String name, int dimension) {
    return new FieldSchema(
        id,
        name,
        "",
        DataType.FLOAT_VECTOR,
        false,
        false,
        false,
        false,
        false,
        null,
        0,
        dimension,
        false,
        Map.of());
  }

  public FieldSchema asNullable() {
    return new FieldSchema(
        id,
        name,
        description,
        type,
        primaryKey,
        autoId,
        partitionKey,
        clusteringKey,
        true,
        defaultValue,
        maxLength,
        dimension,
        dynamic,
        params);
  }
}
