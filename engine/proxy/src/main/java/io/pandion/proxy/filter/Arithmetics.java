package io.pandion.proxy.filter;

import io.pandion.model.DataType;
import io.pandion.model.Filter.Value;
import io.pandion.model.Filter.Value.Operator;
import io.pandion.model.PandionException;
import io.pandion.proxy.filter.FilterGrammarParser.ExprContext;

/// Arithmetic over numbers: checked, and calculated at once where both sides are constants.
final class Arithmetics {
  private final Source source;

  Arithmetics(Source source) {
    this.source = source;
  }

  Value of(String symbol, Value left, Value right, ExprContext leftAt, ExprContext rightAt) {
    Operator operator =
        switch (symbol) {
          case "+" -> Operator.ADD;
          case "-" -> Operator.SUBTRACT;
          case "*" -> Operator.MULTIPLY;
          case "/" -> Operator.DIVIDE;
          case "%" -> Operator.MODULO;
          default -> Operator.POWER;
        };
    number(left, leftAt);
    number(right, rightAt);
    if (operator == Operator.MODULO) {
      integer(left, leftAt);
      integer(right, rightAt);
    }
    if (right instanceof Value.Literal l
        && ((Number) l.value()).doubleValue() == 0
        && (operator == Operator.DIVIDE || operator == Operator.MODULO)) {
      throw source.invalid(rightAt, "cannot divide by zero in '" + symbol + " 0'");
    }
    if (left instanceof Value.Literal a && right instanceof Value.Literal b) {
      return calculate(operator, (Number) a.value(), (Number) b.value(), leftAt);
    }
    return new Value.Arithmetic(operator, left, right);
  }

  Value negative(Value operand, ExprContext at) {
    return of("-", new Value.Literal(0L), operand, at, at);
  }

  /// The value itself.
  ///
  /// @throws PandionException INVALID_REQUEST when it is no number; JSON may be one
  Value number(Value value, ExprContext at) {
    Kind kind = Kind.of(value);
    if (kind != Kind.NUMBER && kind != Kind.JSON) {
      throw source.invalid(
          at, "arithmetic needs numbers, '" + source.text(at) + "' is " + Kind.typeName(value));
    }
    return value;
  }

  private void integer(Value value, ExprContext at) {
    boolean real =
        switch (value) {
          case Value.Literal l -> l.value() instanceof Double;
          case Value.Field f -> f.type() == DataType.FLOAT || f.type() == DataType.DOUBLE;
          default -> false;
        };
    if (real) {
      throw source.invalid(
          at, "'%' needs integers, '" + source.text(at) + "' is " + Kind.typeName(value));
    }
  }

  private Value calculate(Operator operator, Number a, Number b, ExprContext at) {
    if (a instanceof Long x && b instanceof Long y && operator != Operator.POWER) {
      try {
        return new Value.Literal(exact(operator, x, y));
      } catch (ArithmeticException e) {
        throw source.invalid(
            at,
            "constant " + operator + " of " + x + " and " + y + " is beyond the range of INT64");
      }
    }
    double x = a.doubleValue();
    double y = b.doubleValue();
    double result =
        switch (operator) {
          case ADD -> x + y;
          case SUBTRACT -> x - y;
          case MULTIPLY -> x * y;
          case DIVIDE -> x / y;
          case MODULO -> x % y;
          case POWER -> Math.pow(x, y);
        };
    if (!Double.isFinite(result)) {
      throw source.invalid(at, "constant " + operator + " of " + a + " and " + b + " is " + result);
    }
    return new Value.Literal(result);
  }

  private static long exact(Operator operator, long a, long b) {
    return switch (operator) {
      case ADD -> Math.addExact(a, b);
      case SUBTRACT -> Math.subtractExact(a, b);
      case MULTIPLY -> Math.multiplyExact(a, b);
      case DIVIDE -> Math.divideExact(a, b);
      case MODULO -> a % b;
      case POWER -> throw new IllegalStateException("power is real");
    };
  }
}
