package io.pandion.segment;

import io.pandion.model.Keys;

/// One value while a filter is evaluated: reused for every row, so that nothing is allocated.
final class Slot {
  /// What the slot holds. UNKNOWN: null, missing, or the result of an undefined operation. OTHER: a
  /// JSON object or array, which is there but cannot be compared.
  enum Kind {
    UNKNOWN,
    BOOL,
    LONG,
    DOUBLE,
    STRING,
    OTHER
  }

  Kind kind = Kind.UNKNOWN;
  long integer;
  double real;
  String text = "";

  void unknown() {
    kind = Kind.UNKNOWN;
  }

  void other() {
    kind = Kind.OTHER;
  }

  void set(boolean value) {
    kind = Kind.BOOL;
    integer = value ? 1 : 0;
  }

  void set(long value) {
    kind = Kind.LONG;
    integer = value;
  }

  void set(double value) {
    kind = Kind.DOUBLE;
    real = value;
  }

  void set(String value) {
    kind = Kind.STRING;
    text = value;
  }

  void setBoxed(Object value) {
    switch (value) {
      case Boolean v -> set(v.booleanValue());
      case Integer v -> set(v.longValue());
      case Long v -> set(v.longValue());
      case Float v -> set(v.doubleValue());
      case Double v -> set(v.doubleValue());
      case String v -> set(v);
      default -> other();
    }
  }

  boolean isNumber() {
    return kind == Kind.LONG || kind == Kind.DOUBLE;
  }

  double asDouble() {
    return kind == Kind.LONG ? integer : real;
  }

  /// Whether two values can be compared: both numbers, both strings or both booleans.
  boolean comparableWith(Slot other) {
    return (isNumber() && other.isNumber())
        || (kind == other.kind && (kind == Kind.STRING || kind == Kind.BOOL));
  }

  /// Order by value (strings by code point), exact also between integers and reals; NaN is unequal
  /// to all and makes `MIN`.
  int compareTo(Slot other) {
    if (kind == Kind.STRING) {
      return Keys.compare(text, other.text);
    }
    if (kind == Kind.DOUBLE) {
      return other.kind == Kind.DOUBLE
          ? compare(real, other.real)
          : -compareMixed(other.integer, real);
    }
    return other.kind == Kind.DOUBLE
        ? compareMixed(integer, other.real)
        : Long.compare(integer, other.integer);
  }

  private static int compare(double a, double b) {
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /// Compares a long with a double without rounding the long.
  static int compareMixed(long a, double b) {
    if (b >= 0x1p63) {
      return -1;
    }
    if (b < -0x1p63) {
      return 1;
    }
    long whole = (long) b;
    int byWhole = Long.compare(a, whole);
    return byWhole != 0 ? byWhole : compare(0, b - whole);
  }
}
