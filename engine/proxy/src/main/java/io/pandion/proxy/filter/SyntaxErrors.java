package io.pandion.proxy.filter;

import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.LexerNoViableAltException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jspecify.annotations.Nullable;

/// Ends parsing at the first syntax error.
final class SyntaxErrors extends BaseErrorListener {
  private static final int LISTED = 3;

  private final Source source;

  SyntaxErrors(Source source) {
    this.source = source;
  }

  @Override
  public void syntaxError(
      Recognizer<?, ?> recognizer,
      @Nullable Object symbol,
      int line,
      int column,
      String message,
      @Nullable RecognitionException cause) {
    if (cause instanceof LexerNoViableAltException unknown) {
      throw source.unreadable(unknown.getStartIndex());
    }
    Token token = (Token) java.util.Objects.requireNonNull(symbol);
    throw source.invalid(token.getStartIndex(), describe((Parser) recognizer, token));
  }

  private static String describe(Parser parser, Token token) {
    if (token.getType() == Token.EOF) {
      return "unexpected end of the expression" + expected(parser);
    }
    String found = "unexpected '" + token.getText() + "'";
    return token.getText().equals("=") ? found + ", equality is '=='" : found + expected(parser);
  }

  private static String expected(Parser parser) {
    IntervalSet tokens = parser.getExpectedTokens();
    return tokens.size() > 0 && tokens.size() <= LISTED && !tokens.contains(Token.EOF)
        ? ", expected " + tokens.toString(parser.getVocabulary())
        : "";
  }
}
