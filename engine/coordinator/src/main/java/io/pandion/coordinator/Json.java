package io.pandion.coordinator;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pandion.meta.CollectionInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Records of the catalog as JSON. Threads: any number.
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot encode " + value, e);
    }
  }

  static String text(Object value) {
    return new String(write(value), StandardCharsets.UTF_8);
  }

  /// @throws PandionException CORRUPT_DATA when the bytes are no such record
  static <T> T read(String key, byte[] bytes, Class<T> type) {
    try {
      return MAPPER.readValue(bytes, type);
    } catch (IOException e) {
      throw PandionException.corrupt(
          "value of '" + key + "' is no " + type.getSimpleName() + ": " + e.getMessage());
    }
  }

  /// A collection whose default values have the types of their fields again.
  static CollectionInfo collection(CollectionInfo c) {
    return new CollectionInfo(
        c.id(),
        c.databaseId(),
        schema(c.schema()),
        c.shards(),
        c.consistencyLevel(),
        c.partitionCount(),
        c.properties(),
        c.createTick(),
        c.updateTick());
  }

  /// JSON knows one kind of number: gives default values the types of their fields again.
  static CollectionSchema schema(CollectionSchema s) {
    return new CollectionSchema(
        s.name(),
        s.description(),
        s.fields().stream().map(f -> Fields.with(f, f.id(), typed(f))).toList(),
        s.dynamicEnabled(),
        s.version());
  }

  private static @Nullable Object typed(FieldSchema field) {
    if (!(field.defaultValue() instanceof Number number)) {
      return field.defaultValue();
    }
    return switch (field.type()) {
      case INT64 -> (Object) number.longValue();
      case FLOAT -> number.floatValue();
      case DOUBLE -> number.doubleValue();
      default -> number.intValue();
    };
  }
}
