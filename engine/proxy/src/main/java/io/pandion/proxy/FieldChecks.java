package io.pandion.proxy;

import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Whether one value fits its field. Every error names the field, the row and the value.
final class FieldChecks {
  private static final int SHOWN = 64;

  private FieldChecks() {}

  /// A value as it came, of the field's wire type; JSON is `byte[]`.
  ///
  /// @throws PandionException INVALID_REQUEST
  static Object checked(FieldSchema field, int row, Object value) {
    switch (field.type()) {
      case INT8 -> range(field, row, (Integer) value, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case INT16 -> range(field, row, (Integer) value, Short.MIN_VALUE, Short.MAX_VALUE);
      case FLOAT -> finite(field, row, (Float) value);
      case DOUBLE -> finite(field, row, (Double) value);
      case VARCHAR -> length(field, row, (String) value);
      case JSON -> json(field, row, (byte[]) value);
      default -> {}
    }
    return value;
  }

  /// What a row without a value gets.
  ///
  /// @return the default, or null
  /// @throws PandionException INVALID_REQUEST when the field allows neither
  static @Nullable Object absent(FieldSchema field, int row) {
    if (field.defaultValue() == null && !field.nullable()) {
      throw bad(field, row, "the value is null, but the field is not nullable and has no default");
    }
    return field.defaultValue();
  }

  static void finite(FieldSchema field, int row, double value) {
    if (!Double.isFinite(value)) {
      throw bad(field, row, "value " + value + " is not a number or infinite");
    }
  }

  private static void range(FieldSchema field, int row, int value, int min, int max) {
    if (value < min || value > max) {
      throw bad(
          field,
          row,
          "value " + value + " is out of range: " + field.type() + " holds " + min + " to " + max);
    }
  }

  private static void length(FieldSchema field, int row, String value) {
    if (value.length() * 3L > field.maxLength()) {
      int bytes = value.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > field.maxLength()) {
        throw bad(
            field,
            row,
            "length of varchar exceeds max length: "
                + bytes
                + " bytes, at most "
                + field.maxLength()
                + "; value '"
                + shown(value)
                + "'");
      }
    }
  }

  private static void json(FieldSchema field, int row, byte[] text) {
    if (text.length > JsonText.MAX_BYTES) {
      throw bad(
          field,
          row,
          "the JSON text has "
              + text.length
              + " bytes, at most "
              + JsonText.MAX_BYTES
              + " allowed");
    }
    String fault = JsonText.fault(text);
    if (fault != null) {
      throw bad(field, row, "the value is not valid JSON (" + fault + "): '" + shown(text) + "'");
    }
    if (field.dynamic()) {
      dynamic(field, row, text);
    }
  }

  private static void dynamic(FieldSchema field, int row, byte[] text) {
    if (!JsonText.isObject(text)) {
      throw bad(field, row, "the dynamic field must be a JSON object, given '" + shown(text) + "'");
    }
    if (JsonText.object(text).has(field.name())) {
      throw bad(field, row, "cannot set json key to: " + field.name());
    }
  }

  /// An error about the value of one row.
  static PandionException bad(FieldSchema field, int row, String what) {
    return new PandionException(
        PandionException.Reason.INVALID_REQUEST,
        PandionException.Subject.FIELD,
        "field '" + field.name() + "', row " + row + ": " + what);
  }

  /// An error about a whole column.
  static PandionException bad(String field, String what) {
    return new PandionException(
        PandionException.Reason.INVALID_REQUEST,
        PandionException.Subject.FIELD,
        "field '" + field + "': " + what);
  }

  /// @throws PandionException INVALID_REQUEST when the default value of a field does not fit it
  static void checkDefault(FieldSchema field) {
    Object value = field.defaultValue();
    boolean fits =
        switch (field.type()) {
          case BOOL -> value == null || value instanceof Boolean;
          case INT8, INT16, INT32 -> value == null || value instanceof Integer;
          case INT64 -> value == null || value instanceof Long;
          case FLOAT -> value == null || value instanceof Float;
          case DOUBLE -> value == null || value instanceof Double;
          case VARCHAR -> value == null || value instanceof String;
          case JSON, FLOAT_VECTOR -> value == null;
        };
    if (!fits) {
      throw bad(
          field.name(),
          "type "
              + field.type()
              + " of the field does not match the default value '"
              + shown(String.valueOf(value))
              + "'");
    }
    if (value != null) {
      checked(field, 0, value);
    }
  }

  private static String shown(byte[] text) {
    return shown(new String(text, 0, Math.min(text.length, SHOWN * 3), StandardCharsets.UTF_8));
  }

  private static String shown(String value) {
    return value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "...";
  }
}
