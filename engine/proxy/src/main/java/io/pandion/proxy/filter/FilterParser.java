package io.pandion.proxy.filter;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Filter;
import io.pandion.model.PandionException;
import io.pandion.protocol.TemplateValue;
import java.util.Map;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CodePointCharStream;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.jspecify.annotations.Nullable;

/// Turns filter expressions of Milvus into checked filters.
///
/// Names are resolved against the schema (what it does not know is a key of the dynamic field, when
/// there is one), types are checked, `{templates}` replaced by their values, constants folded. What
/// comes out is what [Filter] promises: three-valued, exact, nothing left to guess.
///
/// Where the grammar of Milvus leaves room, this one takes more: `not` binds looser than a
/// comparison (`not a == 1` is `not (a == 1)`), any two columns of comparable types may be
/// compared, an integer column may be compared with a real number, and arithmetic may stand on both
/// sides.
///
/// Threads: any number. Cost: linear in the length of the expression.
public final class FilterParser {
  /// Length of an expression at most, in UTF-16 units.
  public static final int MAX_LENGTH = 1 << 20;

  /// Items of one list at most.
  public static final int MAX_ITEMS = 1 << 18;

  /// Levels of parentheses, operators and functions inside each other at most. Conditions that
  /// `and` or `or` joins are one level, however many.
  public static final int MAX_DEPTH = 256;

  private FilterParser() {}

  /// @param templates values of `{name}`, by name
  /// @return null for an expression that is empty or blank: every row matches
  /// @throws PandionException INVALID_REQUEST naming expression, fault and position; UNSUPPORTED
  ///   naming a function or operator of Milvus that Pandion lacks
  public static @Nullable Filter parse(
      String expression, CollectionSchema schema, Map<String, TemplateValue> templates) {
    if (expression.isBlank()) {
      return null;
    }
    CodePointCharStream text = CharStreams.fromString(expression);
    Source source = new Source(text);
    if (expression.length() > MAX_LENGTH) {
      throw source.invalid(
          0,
          "the expression has "
              + expression.length()
              + " characters, "
              + MAX_LENGTH
              + " are allowed: pass long lists as templates");
    }
    FilterGrammarLexer lexer = new FilterGrammarLexer(text);
    FilterGrammarParser parser = new FilterGrammarParser(new CommonTokenStream(lexer));
    SyntaxErrors errors = new SyntaxErrors(source);
    lexer.removeErrorListeners();
    lexer.addErrorListener(errors);
    parser.removeErrorListeners();
    parser.addErrorListener(errors);
    parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
    FilterGrammarParser.FilterContext tree;
    try {
      tree = parser.filter();
    } catch (ParseCancellationException e) {
      throw tooDeep(source, parser.getCurrentToken().getStartIndex());
    }
    Literals literals = new Literals(source, templates);
    return new Translator(source, new Names(source, schema), literals).filter(tree.expr());
  }

  static PandionException tooDeep(Source source, int index) {
    return source.invalid(
        index, "the expression nests too deeply, " + MAX_DEPTH + " levels are allowed");
  }
}
