package io.pandion.server;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A filter twice: as the text that a client sends, and as a plain Java function over a row,
/// written without a look at the server's evaluator.
///
/// A row maps names of fields and dynamic fields to values; what is null is absent. Values are
/// Boolean, Long, Float, Double, String, Map and List.
record ModelFilter(String text, Function<Map<String, Object>, Truth> truth) {
  /// Every row: the empty filter.
  static final ModelFilter ALL = new ModelFilter("", _ -> Truth.TRUE);

  boolean matches(Map<String, Object> row) {
    return truth.apply(row) == Truth.TRUE;
  }

  ModelFilter and(ModelFilter other) {
    return new ModelFilter(
        "(" + text + ") and (" + other.text + ")",
        row -> truth.apply(row).and(other.truth.apply(row)));
  }

  ModelFilter or(ModelFilter other) {
    return new ModelFilter(
        "(" + text + ") or (" + other.text + ")",
        row -> truth.apply(row).or(other.truth.apply(row)));
  }

  ModelFilter negated() {
    return new ModelFilter("not (" + text + ")", row -> truth.apply(row).not());
  }

  /// A comparison of a field, `$meta` key or JSON path with a literal.
  ///
  /// @param path as it is written, like `age` or `doc["a"]["b"]`
  /// @param operator of the filter language
  /// @param literal Boolean, Long, Double or String
  static ModelFilter compare(String path, String operator, Object literal) {
    return new ModelFilter(
        path + " " + operator + " " + literal(literal),
        row -> {
          Object value = at(row, path);
          return value == null ? Truth.UNKNOWN : compared(value, operator, literal);
        });
  }

  static ModelFilter in(String path, List<?> literals) {
    return new ModelFilter(
        path
            + " in ["
            + literals.stream().map(ModelFilter::literal).collect(Collectors.joining(", "))
            + "]",
        row -> {
          Object value = at(row, path);
          return value == null
              ? Truth.UNKNOWN
              : Truth.of(literals.stream().anyMatch(l -> same(value, l)));
        });
  }

  /// `path % divisor == rest`, of an integer field.
  static ModelFilter modulo(String field, long divisor, long rest) {
    return new ModelFilter(
        field + " % " + divisor + " == " + rest,
        row ->
            row.get(field) instanceof Long value
                ? Truth.of(value % divisor == rest)
                : Truth.UNKNOWN);
  }

  static ModelFilter isNull(String path) {
    return new ModelFilter(path + " is null", row -> Truth.of(at(row, path) == null));
  }

  static ModelFilter isNotNull(String path) {
    return new ModelFilter(path + " is not null", row -> Truth.of(at(row, path) != null));
  }

  static ModelFilter exists(String path) {
    return new ModelFilter("exists " + path, row -> Truth.of(at(row, path) != null));
  }

  /// `path like "prefix%"`.
  static ModelFilter startsWith(String path, String prefix) {
    return text(path, "like \"" + prefix + "%\"", s -> s.startsWith(prefix));
  }

  /// `path like "%part%"`.
  static ModelFilter includes(String path, String part) {
    return text(path, "like \"%" + part + "%\"", s -> s.contains(part));
  }

  /// `json_contains(path, item)`.
  static ModelFilter contains(String path, Object item) {
    return new ModelFilter(
        "json_contains(" + path + ", " + literal(item) + ")",
        row ->
            at(row, path) instanceof Collection<?> values
                ? Truth.of(values.stream().anyMatch(v -> same(v, item)))
                : Truth.UNKNOWN);
  }

  private static ModelFilter text(String path, String condition, Predicate<String> test) {
    return new ModelFilter(
        path + " " + condition,
        row -> at(row, path) instanceof String s ? Truth.of(test.test(s)) : Truth.UNKNOWN);
  }

  private static Truth compared(Object value, String operator, Object literal) {
    if (value instanceof Boolean || literal instanceof Boolean) {
      if (!(value instanceof Boolean && literal instanceof Boolean)) {
        return Truth.UNKNOWN;
      }
      return ordered(value.equals(literal) ? 0 : 1, operator);
    }
    if (value instanceof Number a && literal instanceof Number b) {
      return ordered(order(a, b), operator);
    }
    return value instanceof String a && literal instanceof String b
        ? ordered(Integer.signum(a.compareTo(b)), operator)
        : Truth.UNKNOWN;
  }

  private static int order(Number a, Number b) {
    return a instanceof Long && b instanceof Long
        ? Long.compare(a.longValue(), b.longValue())
        : Double.compare(a.doubleValue(), b.doubleValue());
  }

  private static Truth ordered(int sign, String operator) {
    return Truth.of(
        switch (operator) {
          case "==" -> sign == 0;
          case "!=" -> sign != 0;
          case "<" -> sign < 0;
          case "<=" -> sign <= 0;
          case ">" -> sign > 0;
          case ">=" -> sign >= 0;
          default -> throw new IllegalArgumentException("no such operator: " + operator);
        });
  }

  private static boolean same(Object value, Object literal) {
    return compared(value, "==", literal) == Truth.TRUE;
  }

  /// The value at a path: a field's or `$meta` key's name, then steps in brackets.
  private static @Nullable Object at(Map<String, Object> row, String path) {
    String[] steps = path.split("[\\[\\]]+");
    Object value = row.get(steps[0]);
    for (int i = 1; i < steps.length && value != null; i++) {
      String step = steps[i];
      if (step.startsWith("\"")) {
        value =
            value instanceof Map<?, ?> map ? map.get(step.substring(1, step.length() - 1)) : null;
      } else {
        int index = Integer.parseInt(step);
        value = value instanceof List<?> list && index < list.size() ? list.get(index) : null;
      }
    }
    return value;
  }

  private static String literal(Object value) {
    return value instanceof String s ? '"' + s + '"' : String.valueOf(value);
  }
}
