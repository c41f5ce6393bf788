package io.pandion.proxy.filter;

import io.pandion.protocol.TemplateValue;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Random constants in all their spellings, some of them templates.
class RandomLiterals {
  static final int SIGN = 7;
  static final int ATOM = 9;

  /// What an expression gives for a row; null is unknown.
  interface Meaning extends Function<Map<String, @Nullable Object>, @Nullable Object> {}

  /// @param level how tightly the text binds
  record Expression(String text, int level, Meaning meaning) {
    @Nullable Object of(Map<String, @Nullable Object> row) {
      return meaning.apply(row);
    }
  }

  final Random random;
  private final Map<String, TemplateValue> templates = new HashMap<>();

  RandomLiterals(Random random) {
    this.random = random;
  }

  Map<String, TemplateValue> templates() {
    return templates;
  }

  Expression nonZero() {
    long value = random.nextLong(3) + 1;
    return new Expression(Long.toString(value), ATOM, _ -> value);
  }

  Expression numberLiteral() {
    if (random.nextBoolean()) {
      return intLiteral();
    }
    double value = List.of(0.1, 0.5, 2.0, 16_777_217.0, 1.5e300, 0x1p63).get(random.nextInt(6));
    return templated(new Expression(Double.toString(value), ATOM, _ -> value), value);
  }

  Expression intLiteral() {
    long value =
        random.nextInt(4) == 0
            ? List.of(Long.MAX_VALUE, Long.MIN_VALUE, 9007199254740993L, 300L)
                .get(random.nextInt(4))
            : random.nextInt(16) - 8;
    String text =
        value < 0
            ? Long.toString(value)
            : switch (random.nextInt(4)) {
              case 0 -> "0x" + Long.toHexString(value);
              case 1 -> "0b" + Long.toBinaryString(value);
              case 2 -> "0" + Long.toOctalString(value);
              default -> Long.toString(value);
            };
    return templated(new Expression(text, value < 0 ? SIGN : ATOM, _ -> value), value);
  }

  Expression textLiteral() {
    String value = RandomRows.TEXTS.get(random.nextInt(RandomRows.TEXTS.size()));
    return templated(new Expression(quoted(value), ATOM, _ -> value), value);
  }

  Expression boolLiteral() {
    boolean value = random.nextBoolean();
    String text = Boolean.toString(value);
    String cased = pickOne(cased(text), value ? "True" : "False");
    return templated(new Expression(cased, ATOM, _ -> value), value);
  }

  Expression templated(Expression literal, Object value) {
    if (random.nextInt(5) > 0) {
      return literal;
    }
    String name = "t" + templates.size();
    TemplateValue.Builder template = TemplateValue.newBuilder();
    switch (value) {
      case Boolean b -> template.setBoolVal(b);
      case Long l -> template.setInt64Val(l);
      case Double d -> template.setFloatVal(d);
      default -> template.setStringVal((String) value);
    }
    templates.put(name, template.build());
    return new Expression("{" + blank() + name + "}", ATOM, literal.meaning());
  }

  String quoted(String text) {
    char quote = random.nextBoolean() ? '"' : '\'';
    boolean raw = text.indexOf('"') < 0 && text.indexOf('\'') < 0 && random.nextInt(3) == 0;
    if (raw) {
      return "r" + quote + text + quote;
    }
    StringBuilder out = new StringBuilder().append(quote);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == quote || c == '\\') {
        out.append('\\').append(c);
      } else if (c > 127 || random.nextInt(8) == 0) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append(quote).toString();
  }

  String blank() {
    return pickOne("", "", " ", "  ", "\n", "\t");
  }

  String cased(String word) {
    return random.nextBoolean() ? word : word.toUpperCase(Locale.ROOT);
  }

  String word(String symbol, String word) {
    return random.nextBoolean() ? symbol : cased(word);
  }

  String pickOne(String... values) {
    return values[random.nextInt(values.length)];
  }

  Expression pickExpression(Expression... values) {
    return values[random.nextInt(values.length)];
  }
}
