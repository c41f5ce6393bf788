package io.pandion.proxy.filter;

import io.pandion.model.DataType;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import io.pandion.proxy.filter.FilterGrammarParser.ExprContext;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;

/// Conditions over values: checks that types agree and gives constants the type of the column that
/// they meet, as Milvus does: `real == 0.1` on a FLOAT column means the FLOAT nearest to 0.1.
final class Comparisons {
  private final Source source;

  Comparisons(Source source) {
    this.source = source;
  }

  /// A constant goes to the right.
  Filter of(
      Comparison comparison, Value left, Value right, ExprContext leftAt, ExprContext rightAt) {
    check(comparison, left, right, leftAt, rightAt);
    if (!(left instanceof Value.Literal a)) {
      return new Filter.Compare(comparison, left, adapted(right, left));
    }
    return right instanceof Value.Literal b
        ? new Filter.Constant(holds(comparison, a.value(), b.value()))
        : new Filter.Compare(comparison.mirrored(), right, adapted(left, right));
  }

  private void check(
      Comparison comparison, Value left, Value right, ExprContext leftAt, ExprContext rightAt) {
    Kind a = Kind.of(left);
    Kind b = Kind.of(right);
    if ((a == Kind.LIST && b == Kind.JSON) || (a == Kind.JSON && b == Kind.LIST)) {
      throw source.unsupported(leftAt, "comparing JSON with a list");
    }
    boolean agree = a == Kind.JSON || b == Kind.JSON || a == b;
    if (!agree || a == Kind.LIST) {
      throw source.invalid(
          leftAt,
          "cannot compare '%s' (%s) with '%s' (%s)"
              .formatted(
                  source.text(leftAt),
                  Kind.typeName(left),
                  source.text(rightAt),
                  Kind.typeName(right)));
    }
    boolean ordered = comparison != Comparison.EQUAL && comparison != Comparison.NOT_EQUAL;
    if (ordered && (a == Kind.BOOL || b == Kind.BOOL)) {
      throw source.invalid(
          leftAt,
          "BOOL has no order: cannot compare '"
              + source.text(leftAt)
              + "' with '"
              + source.text(rightAt)
              + "', use '==' or '!='");
    }
  }

  private static Value adapted(Value value, Value other) {
    return value instanceof Value.Literal literal && other instanceof Value.Field field
        ? new Value.Literal(adapted(literal.value(), field.type()))
        : value;
  }

  private static Object adapted(Object literal, DataType type) {
    if (!(literal instanceof Number number)) {
      return literal;
    }
    double real = number.doubleValue();
    if (type == DataType.FLOAT) {
      float narrow = (float) real;
      return Float.isInfinite(narrow) ? real : (double) narrow;
    }
    if (type == DataType.DOUBLE) {
      return real;
    }
    boolean whole = number instanceof Double && real == Math.rint(real) && Math.abs(real) < 0x1p63;
    return whole ? (Object) (long) real : number;
  }

  private static boolean holds(Comparison comparison, Object a, Object b) {
    int order =
        switch (a) {
          case String text -> text.compareTo((String) b);
          case Boolean flag -> flag.compareTo((Boolean) b);
          case Long x when b instanceof Long y -> x.compareTo(y);
          default -> exact(a).compareTo(exact(b));
        };
    return switch (comparison) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
    };
  }

  private static java.math.BigDecimal exact(Object number) {
    return number instanceof Long whole
        ? java.math.BigDecimal.valueOf(whole)
        : new java.math.BigDecimal((Double) number);
  }

  /// A value standing where a condition is wanted.
  Filter truth(Value value, ExprContext at) {
    if (value instanceof Value.Literal l && l.value() instanceof Boolean constant) {
      return new Filter.Constant(constant);
    }
    boolean flag = value instanceof Value.Field f && f.type() == DataType.BOOL;
    if (flag || value instanceof Value.JsonPath) {
      return new Filter.Truth(value);
    }
    throw source.invalid(
        at,
        "predicate is not a boolean expression: '"
            + source.text(at)
            + "' is "
            + Kind.typeName(value));
  }

  Filter like(Value value, String pattern, ExprContext at) {
    boolean column = value instanceof Value.Field || value instanceof Value.JsonPath;
    Kind kind = Kind.of(value);
    if (!column || (kind != Kind.STRING && kind != Kind.JSON)) {
      throw source.invalid(
          at,
          "'like' works on VARCHAR and JSON, '"
              + source.text(at)
              + "' is "
              + (column ? Kind.typeName(value) : "no field"));
    }
    return new Filter.Like(value, pattern);
  }

  Filter in(Value value, List<?> items, ExprContext at, ExprContext listAt) {
    if (value instanceof Value.Literal) {
      throw source.invalid(at, "'in' needs a field on its left, '" + source.text(at) + "' is none");
    }
    List<Value.Literal> out = new ArrayList<>(items.size());
    for (Object item : items) {
      if (!fits(item, value) || Kind.of(item) != Kind.of(items.getFirst())) {
        throw source.invalid(
            listAt,
            "value '%s' (%s) does not fit into the list for '%s' (%s)"
                .formatted(item, Kind.typeName(item), source.text(at), Kind.typeName(value)));
      }
      out.add(new Value.Literal(value instanceof Value.Field f ? adapted(item, f.type()) : item));
    }
    return new Filter.In(value, out);
  }

  private static boolean fits(Object item, Value value) {
    Kind kind = Kind.of(value);
    if (value instanceof Value.Field f && f.type().isInteger()) {
      return item instanceof Long;
    }
    return kind == Kind.JSON ? Kind.of(item) != Kind.LIST : Kind.of(item) == kind;
  }

  Filter contains(Value.JsonPath path, List<?> items, boolean all, ParserRuleContext at) {
    List<Value.Literal> out = new ArrayList<>(items.size());
    for (Object item : items) {
      if (item instanceof List) {
        throw source.unsupported(at, "looking for the list '" + item + "' in JSON");
      }
      out.add(new Value.Literal(item));
    }
    return new Filter.JsonContains(path, out, all);
  }
}
