package io.pandion.segment;

import java.util.Arrays;

/// A compiled `like` pattern: `%` stands for any run of characters, `_` for one, a backslash takes
/// the next character literally. Characters are code points. A match takes at most the product of
/// both lengths, whatever the pattern. Immutable, any number of threads.
final class LikePattern {
  private static final int ONE = -1;
  private static final int RUN = -2;

  private enum Shape {
    EQUALS,
    PREFIX,
    SUFFIX,
    CONTAINS,
    GENERAL
  }

  private final Shape shape;
  private final String literal;

  /// Code points, [#ONE] and [#RUN].
  private final int[] tokens;

  LikePattern(String like) {
    int[] points = like.codePoints().toArray();
    int[] found = new int[points.length];
    int size = 0;
    for (int i = 0; i < points.length; i++) {
      int point = points[i];
      if (point == '%') {
        if (size == 0 || found[size - 1] != RUN) {
          found[size++] = RUN;
        }
      } else if (point == '_') {
        found[size++] = ONE;
      } else {
        found[size++] = point == '\\' && i + 1 < points.length ? points[++i] : point;
      }
    }
    tokens = Arrays.copyOf(found, size);
    boolean leading = size > 0 && tokens[0] == RUN;
    boolean trailing = size > 0 && tokens[size - 1] == RUN;
    int from = leading ? 1 : 0;
    int to = Math.max(from, trailing ? size - 1 : size);
    int[] middle = Arrays.copyOfRange(tokens, from, to);
    if (Arrays.stream(middle).anyMatch(token -> token < 0)) {
      shape = Shape.GENERAL;
      literal = "";
    } else {
      shape =
          leading
              ? (trailing ? Shape.CONTAINS : Shape.SUFFIX)
              : (trailing ? Shape.PREFIX : Shape.EQUALS);
      literal = new String(middle, 0, middle.length);
    }
  }

  boolean matches(String text) {
    return switch (shape) {
      case EQUALS -> text.equals(literal);
      case PREFIX -> text.startsWith(literal);
      case SUFFIX -> text.endsWith(literal);
      case CONTAINS -> text.contains(literal);
      case GENERAL -> walk(text);
    };
  }

  /// Each run takes as little as it can; on a mismatch only the latest one takes more, since what
  /// an earlier one took more could be taken by the latest as well.
  private boolean walk(String text) {
    int at = 0;
    int token = 0;
    int retryToken = -1;
    int retryAt = 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      if (token < tokens.length && tokens[token] == RUN) {
        retryToken = ++token;
        retryAt = at;
      } else if (token < tokens.length && (tokens[token] == ONE || tokens[token] == point)) {
        token++;
        at += Character.charCount(point);
      } else if (retryToken >= 0) {
        retryAt += Character.charCount(text.codePointAt(retryAt));
        at = retryAt;
        token = retryToken;
      } else {
        return false;
      }
    }
    while (token < tokens.length && tokens[token] == RUN) {
      token++;
    }
    return token == tokens.length;
  }
}
