package io.pandion.proxy.filter;

import org.antlr.v4.runtime.Token;

/// Takes a quoted string apart. Escapes are those of C: `\n`, `\"`, octal `\101`, `\x41`, and code
/// points of four (small `u`) or eight (capital `U`) hexadecimal digits. A backslash before any
/// other character stays, so that `like "5\%"` needs no second one. A backslash before a line break
/// joins the lines.
final class QuotedString {
  private final Token token;
  private final Source source;
  private final String text;
  private final StringBuilder out = new StringBuilder();
  private int at = 1;

  QuotedString(Token token, Source source) {
    this.token = token;
    this.source = source;
    text = token.getText();
  }

  String value() {
    int end = text.length() - 1;
    while (at < end) {
      char c = text.charAt(at++);
      if (c == '\\') {
        escape(text.charAt(at++));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private void escape(char c) {
    switch (c) {
      case 'a' -> out.append('\u0007');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'v' -> out.append('\u000b');
      case '\\', '\'', '"', '?' -> out.append(c);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        at--;
        code(8, 1, 3);
      }
      case 'x' -> code(16, 1, 2);
      case 'u' -> code(16, 4, 4);
      case 'U' -> code(16, 8, 8);
      case '\n' -> {}
      case '\r' -> {
        if (text.charAt(at) == '\n') {
          at++;
        }
      }
      default -> out.append('\\').append(c);
    }
  }

  private void code(int radix, int least, int most) {
    int digits = 0;
    long code = 0;
    while (digits < most && Character.digit(text.charAt(at), radix) >= 0) {
      code = code * radix + Character.digit(text.charAt(at), radix);
      at++;
      digits++;
    }
    if (digits < least || code > Character.MAX_CODE_POINT) {
      throw source.invalid(token.getStartIndex(), "string " + text + " has a wrong escape");
    }
    out.appendCodePoint((int) code);
  }
}
