package io.pandion.segment;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A compiled `like` pattern: `%` stands for any run of characters, `_` for one, a backslash takes
/// the next character literally. Immutable, any number of threads.
final class LikePattern {
  private enum Shape {
    EQUALS,
    PREFIX,
    SUFFIX,
    CONTAINS,
    GENERAL
  }

  private final Shape shape;
  private final String literal;
  private final @Nullable Pattern pattern;

  LikePattern(String like) {
    StringBuilder plain = new StringBuilder();
    StringBuilder regex = new StringBuilder();
    boolean leading = false;
    boolean trailing = false;
    boolean general = false;
    for (int i = 0; i < like.length(); i++) {
      char c = like.charAt(i);
      if (c == '%') {
        leading |= i == 0;
        trailing = i == like.length() - 1;
        general |= !(i == 0 || trailing);
        regex.append(".*");
      } else if (c == '_') {
        general = true;
        regex.append('.');
      } else {
        char literalChar = c == '\\' && i + 1 < like.length() ? like.charAt(++i) : c;
        plain.append(literalChar);
        regex.append(Pattern.quote(String.valueOf(literalChar)));
      }
    }
    literal = plain.toString();
    if (general) {
      shape = Shape.GENERAL;
      pattern = Pattern.compile(regex.toString(), Pattern.DOTALL);
    } else {
      shape =
          leading
              ? (trailing ? Shape.CONTAINS : Shape.SUFFIX)
              : (trailing ? Shape.PREFIX : Shape.EQUALS);
      pattern = null;
    }
  }

  boolean matches(String text) {
    return switch (shape) {
      case EQUALS -> text.equals(literal);
      case PREFIX -> text.startsWith(literal);
      case SUFFIX -> text.endsWith(literal);
      case CONTAINS -> text.contains(literal);
      case GENERAL -> java.util.Objects.requireNonNull(pattern).matcher(text).matches();
    };
  }
}
