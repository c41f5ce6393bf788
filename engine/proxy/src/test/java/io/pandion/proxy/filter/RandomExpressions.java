package io.pandion.proxy.filter;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Makes expressions together with what they mean: each knows its text, with random blanks, case
/// and needless parentheses, and its value for a row, calculated apart from all of Pandion's code.
final class RandomExpressions extends RandomLiterals {
  private static final int OR = 1;
  private static final int AND = 2;
  private static final int NOT = 3;
  private static final int COMPARE = 4;
  private static final int ADD = 5;
  private static final int MULTIPLY = 6;

  RandomExpressions(Random random) {
    super(random);
  }

  Expression condition(int depth) {
    return switch (random.nextInt(depth > 0 ? 10 : 7)) {
      case 0, 1 -> comparison(depth);
      case 2 -> range();
      case 3 -> membership();
      case 4 -> like();
      case 5 -> random.nextBoolean() ? nullTest() : truth();
      case 6 -> random.nextBoolean() ? exists() : contains();
      case 7 -> not(condition(depth - 1));
      case 8 -> joined(depth, OR, word("||", "or"), true);
      default -> joined(depth, AND, word("&&", "and"), false);
    };
  }

  private Expression not(Expression operand) {
    String word = random.nextBoolean() ? "!" + blank() : cased("not") + " ";
    return new Expression(
        word + wrap(operand, NOT),
        NOT,
        row -> operand.of(row) instanceof Boolean b ? (Object) !b : null);
  }

  private Expression joined(int depth, int level, String operator, boolean decides) {
    List<Expression> operands = new ArrayList<>();
    for (int i = 0; i < 2 + random.nextInt(2); i++) {
      operands.add(condition(depth - 1));
    }
    String text =
        operands.stream()
            .map(o -> wrap(o, level))
            .collect(Collectors.joining(" " + blank() + operator + blank() + " "));
    return new Expression(
        text,
        level,
        row -> {
          boolean unknown = false;
          for (Expression operand : operands) {
            Object value = operand.of(row);
            if (value instanceof Boolean b && b == decides) {
              return decides;
            }
            unknown |= value == null;
          }
          return unknown ? null : (Object) !decides;
        });
  }

  private Expression comparison(int depth) {
    return switch (random.nextInt(4)) {
      case 0 -> compared(random.nextBoolean() ? column("name") : path(), textLiteral(), true);
      case 1 -> compared(random.nextBoolean() ? column("flag") : path(), boolLiteral(), false);
      case 2 -> compared(number(Math.min(depth, 2)), number(1), true);
      default -> {
        String name = pickOne("id", "small", "real", "wide", "Like");
        Expression literal = numberLiteral();
        Expression column = column(name);
        yield compared(column, adapted(literal, name), true);
      }
    };
  }

  /// A constant takes the type of the real column that it meets.
  private static Expression adapted(Expression literal, String column) {
    Number value = (Number) Objects.requireNonNull(literal.of(Map.of()));
    Object adapted =
        switch (column) {
          case "real" -> (double) value.floatValue();
          case "wide" -> value.doubleValue();
          default -> value;
        };
    return new Expression(literal.text(), literal.level(), _ -> adapted);
  }

  private Expression compared(Expression left, Expression right, boolean ordered) {
    String operator = pickOne("==", "!=", ordered ? "<" : "==", ordered ? ">=" : "!=");
    boolean swap = random.nextBoolean();
    Expression a = swap ? right : left;
    Expression b = swap ? left : right;
    return new Expression(
        wrap(a, ADD) + blank() + operator + blank() + wrap(b, ADD),
        COMPARE,
        row -> compare(operator, a.of(row), b.of(row)));
  }

  private Expression range() {
    boolean up = random.nextBoolean();
    String first = up ? pickOne("<", "<=") : pickOne(">", ">=");
    String second = up ? pickOne("<", "<=") : pickOne(">", ">=");
    Expression low = numberLiteral();
    Expression high = numberLiteral();
    Expression middle = random.nextBoolean() ? column(pickOne("id", "small", "Like")) : path();
    return new Expression(
        low.text() + blank() + first + middle.text() + second + blank() + high.text(),
        COMPARE,
        row -> {
          Object value = middle.of(row);
          Boolean a = compare(first, low.of(row), value);
          Boolean b = compare(second, value, high.of(row));
          boolean no = Boolean.FALSE.equals(a) || Boolean.FALSE.equals(b);
          return no ? (Object) false : a == null || b == null ? null : (Object) true;
        });
  }

  private static @Nullable Boolean compare(
      String operator, @Nullable Object a, @Nullable Object b) {
    Integer order = order(a, b);
    if (order == null) {
      return null;
    }
    return switch (operator) {
      case "==" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  private static @Nullable Integer order(@Nullable Object a, @Nullable Object b) {
    if (a instanceof Number x && b instanceof Number y) {
      boolean infinite = Double.isInfinite(x.doubleValue()) || Double.isInfinite(y.doubleValue());
      return infinite
          ? (Integer) Double.compare(x.doubleValue(), y.doubleValue())
          : (Integer) exact(x).compareTo(exact(y));
    }
    if (a instanceof String x && b instanceof String y) {
      return x.compareTo(y);
    }
    return a instanceof Boolean x && b instanceof Boolean y ? (Integer) x.compareTo(y) : null;
  }

  private static BigDecimal exact(Number number) {
    return number instanceof Long || number instanceof Integer
        ? BigDecimal.valueOf(number.longValue())
        : new BigDecimal(number.doubleValue());
  }

  private Expression membership() {
    boolean text = random.nextBoolean();
    Expression value =
        random.nextBoolean() ? path() : column(text ? "name" : pickOne("id", "small", "Like"));
    List<Expression> items = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      items.add(text ? textLiteral() : intLiteral());
    }
    boolean not = random.nextInt(3) == 0;
    String list =
        items.stream().map(Expression::text).collect(Collectors.joining(blank() + "," + blank()));
    String tail = !items.isEmpty() && random.nextInt(4) == 0 ? "," : "";
    return new Expression(
        value.text()
            + (not ? " " + cased("not") : "")
            + " "
            + cased("in")
            + blank()
            + "["
            + list
            + tail
            + blank()
            + "]",
        COMPARE,
        row -> {
          Object v = value.of(row);
          boolean scalar = v != null && !(v instanceof Map) && !(v instanceof List);
          if (v == null || !(scalar || items.isEmpty())) {
            return null;
          }
          boolean found = items.stream().anyMatch(i -> Objects.equals(order(v, i.of(row)), 0));
          boolean known =
              items.isEmpty() || items.stream().anyMatch(i -> order(v, i.of(row)) != null);
          return known ? (Object) (found != not) : null;
        });
  }

  private Expression like() {
    Expression value = random.nextBoolean() ? column("name") : path();
    StringBuilder pattern = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      pattern.append(pickOne("%", "_", "a", "b", "\\%", "\\_", "\"", "'"));
    }
    return new Expression(
        value.text() + " " + cased("like") + " " + quoted(pattern.toString()),
        COMPARE,
        row ->
            value.of(row) instanceof String text ? (Object) likes(text, pattern.toString()) : null);
  }

  private static boolean likes(String text, String pattern) {
    if (pattern.isEmpty()) {
      return text.isEmpty();
    }
    char c = pattern.charAt(0);
    if (c == '%') {
      return IntStream.rangeClosed(0, text.length())
          .anyMatch(i -> likes(text.substring(i), pattern.substring(1)));
    }
    int width = c == '\\' ? 2 : 1;
    boolean first = !text.isEmpty() && (c == '_' || text.charAt(0) == pattern.charAt(width - 1));
    return first && likes(text.substring(1), pattern.substring(width));
  }

  private Expression nullTest() {
    Expression value =
        random.nextBoolean() ? path() : column(pickOne("id", "small", "name", "flag", "doc"));
    boolean not = random.nextBoolean();
    String test = cased("is") + " " + (not ? cased("not") + " " : "") + blank() + cased("null");
    return new Expression(
        value.text() + " " + test, COMPARE, row -> (value.of(row) == null) != not);
  }

  private Expression truth() {
    Expression value = random.nextBoolean() ? column("flag") : path();
    return new Expression(
        value.text(), ATOM, row -> value.of(row) instanceof Boolean b ? (Object) b : null);
  }

  private Expression exists() {
    Expression path = path();
    return new Expression(
        cased("exists") + " " + path.text(), COMPARE, row -> path.of(row) != null);
  }

  private Expression contains() {
    Expression path = path();
    String form = pickOne("", "_all", "_any");
    List<Expression> items = new ArrayList<>();
    for (int i = form.isEmpty() ? 0 : random.nextInt(3); i >= 0; i--) {
      items.add(pickExpression(intLiteral(), textLiteral(), boolLiteral()));
    }
    String list = items.stream().map(Expression::text).collect(Collectors.joining(", "));
    return new Expression(
        cased("json_contains" + form)
            + "("
            + path.text()
            + blank()
            + ","
            + (form.isEmpty() ? list : "[" + list + "]")
            + ")",
        ATOM,
        row -> {
          if (!(path.of(row) instanceof List<?> elements)) {
            return null;
          }
          Function<Expression, Boolean> has =
              item -> elements.stream().anyMatch(e -> Objects.equals(order(e, item.of(row)), 0));
          return form.equals("_any")
              ? items.stream().anyMatch(has::apply)
              : items.stream().allMatch(has::apply);
        });
  }

  private Expression number(int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return random.nextInt(3) == 0
          ? path()
          : column(pickOne("id", "small", "Like", "real", "wide"));
    }
    Expression left = number(depth - 1);
    if (random.nextInt(5) == 0) {
      return new Expression(
          "-" + blank() + wrap(left, SIGN), SIGN, row -> calculate('-', 0L, left.of(row)));
    }
    Expression right = random.nextBoolean() ? number(depth - 1) : nonZero();
    char operator = "+-*/".charAt(random.nextInt(4));
    int level = operator == '+' || operator == '-' ? ADD : MULTIPLY;
    return new Expression(
        wrap(left, level) + blank() + operator + blank() + wrap(right, level + 1),
        level,
        row -> calculate(operator, left.of(row), right.of(row)));
  }

  private static @Nullable Object calculate(char operator, @Nullable Object a, @Nullable Object b) {
    if (!(a instanceof Number m && b instanceof Number n)) {
      return null;
    }
    if (whole(m) && whole(n)) {
      long x = m.longValue();
      long y = n.longValue();
      return switch (operator) {
        case '+' -> x + y;
        case '-' -> x - y;
        case '*' -> x * y;
        default -> y == 0 ? null : (Object) (x / y);
      };
    }
    double x = m.doubleValue();
    double y = n.doubleValue();
    double result =
        switch (operator) {
          case '+' -> x + y;
          case '-' -> x - y;
          case '*' -> x * y;
          default -> x / y;
        };
    return Double.isNaN(result) ? null : (Object) result;
  }

  private static boolean whole(Number number) {
    return number instanceof Long || number instanceof Integer;
  }

  private Expression column(String name) {
    return new Expression(
        name, ATOM, row -> row.get(name) instanceof Float f ? (Object) (double) f : row.get(name));
  }

  private Expression path() {
    boolean meta = random.nextBoolean();
    List<Object> steps = new ArrayList<>();
    steps.add(pickOne("a", "b", "c d"));
    while (random.nextInt(3) == 0) {
      steps.add(random.nextBoolean() ? (Object) random.nextInt(3) : pickOne("a", "b"));
    }
    boolean bare = meta && !steps.getFirst().equals("c d") && random.nextBoolean();
    StringBuilder text = new StringBuilder(meta ? (bare ? "" : "$meta") : "doc");
    for (Object step : steps) {
      if (text.isEmpty()) {
        text.append(step);
      } else {
        text.append('[').append(step instanceof String key ? quoted(key) : step).append(']');
      }
    }
    return new Expression(
        text.toString(), ATOM, row -> walk(row.get(meta ? "$meta" : "doc"), steps));
  }

  private static @Nullable Object walk(@Nullable Object from, List<Object> steps) {
    Object at = from;
    for (Object step : steps) {
      if (step instanceof Integer index) {
        at = at instanceof List<?> list && index < list.size() ? list.get(index) : null;
      } else {
        at = at instanceof Map<?, ?> map ? map.get(step) : null;
      }
    }
    return at;
  }

  private String wrap(Expression e, int level) {
    return e.level() < level || random.nextInt(6) == 0
        ? "(" + blank() + e.text() + blank() + ")"
        : e.text();
  }
}
