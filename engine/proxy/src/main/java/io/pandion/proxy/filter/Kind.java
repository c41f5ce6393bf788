package io.pandion.proxy.filter;

import io.pandion.model.DataType;
import io.pandion.model.Filter.Value;

/// What a value can be compared with. JSON is whatever the row holds.
enum Kind {
  BOOL,
  NUMBER,
  STRING,
  JSON,
  LIST;

  static Kind of(Value value) {
    return switch (value) {
      case Value.JsonPath _ -> JSON;
      case Value.Arithmetic _ -> NUMBER;
      case Value.Literal l -> of(l.value());
      case Value.Field f ->
          switch (f.type()) {
            case BOOL -> BOOL;
            case VARCHAR -> STRING;
            case JSON -> JSON;
            default -> NUMBER;
          };
    };
  }

  static Kind of(Object literal) {
    return switch (literal) {
      case Boolean _ -> BOOL;
      case String _ -> STRING;
      case Number _ -> NUMBER;
      default -> LIST;
    };
  }

  /// The type as error messages call it.
  static String typeName(Value value) {
    return switch (value) {
      case Value.Field f -> f.type().name();
      case Value.JsonPath _ -> DataType.JSON.name();
      case Value.Arithmetic _ -> "a number";
      case Value.Literal l -> typeName(l.value());
    };
  }

  static String typeName(Object literal) {
    return switch (literal) {
      case Boolean _ -> DataType.BOOL.name();
      case Long _ -> DataType.INT64.name();
      case Double _ -> DataType.DOUBLE.name();
      case String _ -> DataType.VARCHAR.name();
      default -> "a list";
    };
  }
}
