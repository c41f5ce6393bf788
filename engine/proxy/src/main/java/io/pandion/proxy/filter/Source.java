package io.pandion.proxy.filter;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.Interval;

/// The text of an expression and the errors about it. Positions count characters from 1.
final class Source {
  private static final int SHOWN = 256;

  private final CharStream text;

  Source(CharStream text) {
    this.text = text;
  }

  /// What the user wrote there, shortened.
  String text(ParserRuleContext at) {
    Token last = at.getStop() == null ? at.getStart() : at.getStop();
    return text(at.getStart().getStartIndex(), last.getStopIndex());
  }

  private String text(int first, int last) {
    return last - first < SHOWN
        ? text.getText(Interval.of(first, last))
        : text.getText(Interval.of(first, first + SHOWN - 1)) + "...";
  }

  PandionException invalid(ParserRuleContext at, String what) {
    return invalid(at.getStart().getStartIndex(), what);
  }

  /// @param index of the first wrong character, from 0
  PandionException invalid(int index, String what) {
    return error(Reason.INVALID_REQUEST, index, what);
  }

  /// At what is no token: a string without end or a character that means nothing.
  PandionException unreadable(int index) {
    String found = text(index, index);
    boolean quote = found.equals("\"") || found.equals("'");
    return invalid(
        index,
        quote
            ? "string " + text(index, text.size() - 1) + " is not closed"
            : "unexpected character '" + found + "'");
  }

  PandionException unsupported(ParserRuleContext at, String what) {
    return error(
        Reason.UNSUPPORTED, at.getStart().getStartIndex(), what + " is not supported by Pandion");
  }

  private PandionException error(Reason reason, int index, String what) {
    return new PandionException(
        reason,
        Subject.NONE,
        "cannot parse expression: "
            + text(0, text.size() - 1)
            + ", error: "
            + shortened(what)
            + ", at position "
            + (index + 1));
  }

  private static String shortened(String what) {
    return what.length() <= 4 * SHOWN ? what : what.substring(0, 4 * SHOWN) + "...";
  }
}
