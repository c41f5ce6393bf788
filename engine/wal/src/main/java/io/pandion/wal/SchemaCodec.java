package io.pandion.wal;

import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The bytes of a schema.
///
/// ```
/// schema  := name description dynamic:u8 version:i32 count:i32 field*
/// field   := id:i64 name description type:i32 flags:u8 default maxLength:i32 dimension:i32 params
/// flags   := 1 primary key | 2 auto id | 4 partition key | 8 clustering key | 16 nullable | 32 dynamic
/// default := 0 | 1 Boolean:u8 | 2 Integer:i32 | 3 Long:i64 | 4 Float:i32 | 5 Double:f64 | 6 String
/// params  := count:i32 (key value)*, keys sorted
/// ```
final class SchemaCodec {
  /// Id, two lengths, type, flags, no default, maxLength, dimension, number of params.
  private static final int MIN_FIELD_BYTES = Long.BYTES + 6 * Integer.BYTES + 2;

  private SchemaCodec() {}

  static void write(Bytes out, CollectionSchema schema) {
    out.string(schema.name()).string(schema.description()).u8(schema.dynamicEnabled() ? 1 : 0);
    out.i32(schema.version()).i32(schema.fields().size());
    for (FieldSchema field : schema.fields()) {
      out.i64(field.id()).string(field.name()).string(field.description());
      out.i32(field.type().code()).u8(flags(field));
      writeDefault(out, field.defaultValue());
      out.i32(field.maxLength()).i32(field.dimension()).i32(field.params().size());
      new TreeMap<>(field.params()).forEach((key, value) -> out.string(key).string(value));
    }
  }

  static CollectionSchema read(BytesReader in) {
    String name = in.string();
    String description = in.string();
    boolean dynamic = in.u8() != 0;
    int version = in.i32();
    int count = in.count(MIN_FIELD_BYTES);
    List<FieldSchema> fields = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      fields.add(field(in));
    }
    return new CollectionSchema(name, description, fields, dynamic, version);
  }

  private static FieldSchema field(BytesReader in) {
    long id = in.i64();
    String name = in.string();
    String description = in.string();
    DataType type = DataType.ofCode(in.i32());
    int flags = in.u8();
    Object defaultValue = readDefault(in);
    int maxLength = in.i32();
    int dimension = in.i32();
    int count = in.count(2 * Integer.BYTES);
    Map<String, String> params = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String key = in.string();
      params.put(key, in.string());
    }
    return new FieldSchema(
        id,
        name,
        description,
        type,
        (flags & 1) != 0,
        (flags & 2) != 0,
        (flags & 4) != 0,
        (flags & 8) != 0,
        (flags & 16) != 0,
        defaultValue,
        maxLength,
        dimension,
        (flags & 32) != 0,
        params);
  }

  private static int flags(FieldSchema field) {
    return (field.primaryKey() ? 1 : 0)
        | (field.autoId() ? 2 : 0)
        | (field.partitionKey() ? 4 : 0)
        | (field.clusteringKey() ? 8 : 0)
        | (field.nullable() ? 16 : 0)
        | (field.dynamic() ? 32 : 0);
  }

  private static void writeDefault(Bytes out, @Nullable Object value) {
    switch (value) {
      case null -> out.u8(0);
      case Boolean v -> out.u8(1).u8(v ? 1 : 0);
      case Integer v -> out.u8(2).i32(v);
      case Long v -> out.u8(3).i64(v);
      case Float v -> out.u8(4).i32(Float.floatToRawIntBits(v));
      case Double v -> out.u8(5).f64(v);
      case String v -> out.u8(6).string(v);
      default -> throw PandionException.invalid("default value of " + value.getClass());
    }
  }

  private static @Nullable Object readDefault(BytesReader in) {
    int kind = in.u8();
    return switch (kind) {
      case 0 -> null;
      case 1 -> in.u8() != 0;
      case 2 -> in.i32();
      case 3 -> in.i64();
      case 4 -> Float.intBitsToFloat(in.i32());
      case 5 -> in.f64();
      case 6 -> in.string();
      default -> throw PandionException.corrupt("default value of unknown kind " + kind);
    };
  }
}
