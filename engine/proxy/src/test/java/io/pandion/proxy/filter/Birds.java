package io.pandion.proxy.filter;

import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A collection with a field of each type.
final class Birds {
  private Birds() {}

  static CollectionSchema schema(boolean dynamic) {
    List<FieldSchema> fields =
        Stream.of(
                FieldSchema.key(100, "id", DataType.INT64),
                FieldSchema.of(101, "small", DataType.INT8).asNullable(),
                FieldSchema.of(102, "real", DataType.FLOAT).asNullable(),
                FieldSchema.of(103, "wide", DataType.DOUBLE).asNullable(),
                FieldSchema.of(104, "name", DataType.VARCHAR).asNullable(),
                FieldSchema.of(105, "flag", DataType.BOOL).asNullable(),
                FieldSchema.of(106, "doc", DataType.JSON).asNullable(),
                FieldSchema.vector(107, "vec", 4),
                FieldSchema.of(108, "Like", DataType.INT64).asNullable(),
                dynamicField())
            .filter(f -> dynamic || !f.dynamic())
            .toList();
    return new CollectionSchema("birds", "", fields, dynamic, 1);
  }

  private static FieldSchema dynamicField() {
    return new FieldSchema(
        109,
        "$meta",
        "",
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
