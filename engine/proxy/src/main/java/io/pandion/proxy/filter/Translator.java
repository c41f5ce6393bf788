package io.pandion.proxy.filter;

import io.pandion.model.DataType;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import io.pandion.model.PandionException;
import io.pandion.proxy.filter.FilterGrammarParser.ArithmeticContext;
import io.pandion.proxy.filter.FilterGrammarParser.BitwiseContext;
import io.pandion.proxy.filter.FilterGrammarParser.BoolContext;
import io.pandion.proxy.filter.FilterGrammarParser.CallContext;
import io.pandion.proxy.filter.FilterGrammarParser.ConjunctionContext;
import io.pandion.proxy.filter.FilterGrammarParser.DisjunctionContext;
import io.pandion.proxy.filter.FilterGrammarParser.ElementContext;
import io.pandion.proxy.filter.FilterGrammarParser.EqualityContext;
import io.pandion.proxy.filter.FilterGrammarParser.ExistContext;
import io.pandion.proxy.filter.FilterGrammarParser.ExprContext;
import io.pandion.proxy.filter.FilterGrammarParser.IntContext;
import io.pandion.proxy.filter.FilterGrammarParser.ItemsContext;
import io.pandion.proxy.filter.FilterGrammarParser.LikeContext;
import io.pandion.proxy.filter.FilterGrammarParser.MembershipContext;
import io.pandion.proxy.filter.FilterGrammarParser.NegationContext;
import io.pandion.proxy.filter.FilterGrammarParser.NullTestContext;
import io.pandion.proxy.filter.FilterGrammarParser.ParensContext;
import io.pandion.proxy.filter.FilterGrammarParser.PathContext;
import io.pandion.proxy.filter.FilterGrammarParser.RealContext;
import io.pandion.proxy.filter.FilterGrammarParser.RegexContext;
import io.pandion.proxy.filter.FilterGrammarParser.RelationContext;
import io.pandion.proxy.filter.FilterGrammarParser.SignContext;
import io.pandion.proxy.filter.FilterGrammarParser.TemplateContext;
import io.pandion.proxy.filter.FilterGrammarParser.TextContext;
import io.pandion.proxy.filter.FilterGrammarParser.TypedContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.antlr.v4.runtime.Token;

/// Turns the tree of an expression into a filter: every place of an expression wants either a
/// condition or a value, which decides how it is read. One thread.
final class Translator {
  private final Source source;
  private final Names names;
  private final Literals literals;
  private final Comparisons comparisons;
  private final Arithmetics arithmetics;
  private int depth;

  Translator(Source source, Names names, Literals literals) {
    this.source = source;
    this.names = names;
    this.literals = literals;
    comparisons = new Comparisons(source);
    arithmetics = new Arithmetics(source);
  }

  Filter filter(ExprContext at) {
    enter(at);
    Filter out =
        switch (at) {
          case ParensContext c -> filter(c.expr());
          case DisjunctionContext c -> Folding.or(operands(c));
          case ConjunctionContext c -> Folding.and(operands(c));
          case NegationContext c -> Folding.not(filter(c.expr()));
          case RelationContext c -> range(c);
          case EqualityContext c -> compare(c.expr(0), c.op, c.expr(1));
          case LikeContext c -> like(c);
          case MembershipContext c -> membership(c);
          case NullTestContext c -> nullTest(c);
          case ExistContext c -> exists(c);
          case CallContext c -> call(c);
          default -> comparisons.truth(value(at), at);
        };
    depth--;
    return out;
  }

  Value value(ExprContext at) {
    enter(at);
    Value out =
        switch (at) {
          case ParensContext c -> value(c.expr());
          case IntContext c -> literal(Literals.integer(c.getStart(), source));
          case RealContext c -> literal(Literals.real(c.getStart(), source));
          case BoolContext c -> literal(c.getText().equalsIgnoreCase("true"));
          case TextContext c -> literal(Literals.string(c.text, source));
          case TemplateContext c -> literals.template(c);
          case ItemsContext c -> literal(items(c));
          case PathContext c -> names.resolve(c);
          case SignContext c -> sign(c);
          case ArithmeticContext c ->
              arithmetics.of(
                  c.op.getText(), value(c.expr(0)), value(c.expr(1)), c.expr(0), c.expr(1));
          case BitwiseContext c -> throw unsupported(c, c.op);
          case RegexContext c -> throw unsupported(c, c.op);
          case ElementContext c -> throw source.unsupported(c, "'" + source.text(c) + "'");
          case TypedContext c -> throw typed(c);
          case CallContext c -> throw notValue(c);
          default ->
              throw source.invalid(
                  at, "'" + source.text(at) + "' is a condition where a value is needed");
        };
    depth--;
    return out;
  }

  private void enter(ExprContext at) {
    if (++depth > FilterParser.MAX_DEPTH) {
      throw FilterParser.tooDeep(source, at.getStart().getStartIndex());
    }
  }

  private static Value literal(Object value) {
    return new Value.Literal(value);
  }

  /// What `and` (or `or`) joins, left to right, without recursion: there may be many.
  private List<Filter> operands(ExprContext at) {
    Deque<ExprContext> found = new ArrayDeque<>();
    ExprContext left = at;
    while (left.getClass() == at.getClass()) {
      found.push(left.getRuleContext(ExprContext.class, 1));
      left = left.getRuleContext(ExprContext.class, 0);
    }
    found.push(left);
    return found.stream().map(this::filter).toList();
  }

  private List<Object> items(ItemsContext at) {
    List<Object> out = new ArrayList<>(at.expr().size());
    for (ExprContext item : at.expr()) {
      if (!(value(item) instanceof Value.Literal literal)) {
        throw source.invalid(item, "list item '" + source.text(item) + "' is not a constant");
      }
      out.add(literal.value());
    }
    return out;
  }

  private Value sign(SignContext at) {
    if (at.op.getText().equals("~")) {
      throw unsupported(at, at.op);
    }
    boolean minus = at.op.getText().equals("-");
    if (minus && at.expr() instanceof IntContext c) {
      return literal(Literals.negated(c.getStart(), source));
    }
    Value operand = value(at.expr());
    return minus
        ? arithmetics.negative(operand, at.expr())
        : arithmetics.number(operand, at.expr());
  }

  /// `a < b`, or `a < b <= c`: both hold.
  private Filter range(RelationContext at) {
    Deque<RelationContext> chain = new ArrayDeque<>();
    ExprContext left = at;
    while (left instanceof RelationContext c) {
      if (c.op.getText().charAt(0) != at.op.getText().charAt(0)) {
        throw source.invalid(at, "range '" + source.text(at) + "' compares in two directions");
      }
      chain.push(c);
      left = c.expr(0);
    }
    List<Filter> out = new ArrayList<>();
    for (RelationContext c : chain) {
      out.add(compare(left, c.op, c.expr(1)));
      left = c.expr(1);
    }
    return Folding.and(out);
  }

  private Filter compare(ExprContext left, Token operator, ExprContext right) {
    Comparison comparison =
        switch (operator.getText()) {
          case "==" -> Comparison.EQUAL;
          case "!=" -> Comparison.NOT_EQUAL;
          case "<" -> Comparison.LESS;
          case "<=" -> Comparison.LESS_OR_EQUAL;
          case ">" -> Comparison.GREATER;
          default -> Comparison.GREATER_OR_EQUAL;
        };
    return comparisons.of(comparison, value(left), value(right), left, right);
  }

  private Filter like(LikeContext at) {
    Value value = value(at.expr(0));
    if (!(value(at.expr(1)) instanceof Value.Literal l && l.value() instanceof String pattern)) {
      throw source.invalid(
          at.expr(1), "the pattern of 'like' is '" + source.text(at.expr(1)) + "', not a string");
    }
    return comparisons.like(value, pattern, at.expr(0));
  }

  private Filter membership(MembershipContext at) {
    Value value = value(at.expr(0));
    Filter in = comparisons.in(value, list(at.expr(1), "'in'"), at.expr(0), at.expr(1));
    return at.Not() == null ? in : Folding.not(in);
  }

  private List<?> list(ExprContext at, String of) {
    if (!(value(at) instanceof Value.Literal l && l.value() instanceof List<?> items)) {
      throw source.invalid(at, of + " needs a list, '" + source.text(at) + "' is none");
    }
    if (items.size() > FilterParser.MAX_ITEMS) {
      throw source.invalid(
          at,
          "the list has " + items.size() + " items, " + FilterParser.MAX_ITEMS + " are allowed");
    }
    return items;
  }

  private Filter nullTest(NullTestContext at) {
    Value value = value(at.expr());
    Filter isNull =
        switch (value) {
          case Value.Field f -> new Filter.IsNull(f);
          case Value.JsonPath p when p.steps().isEmpty() ->
              new Filter.IsNull(new Value.Field(p.fieldId(), DataType.JSON));
          case Value.JsonPath p -> new Filter.IsNull(p);
          default ->
              throw source.invalid(
                  at, "'" + source.text(at.expr()) + "' is neither a field nor a JSON path");
        };
    return at.op.getType() == FilterGrammarParser.IsNull ? isNull : Folding.not(isNull);
  }

  private Filter exists(ExistContext at) {
    if (value(at.expr()) instanceof Value.JsonPath path && !path.steps().isEmpty()) {
      return new Filter.Exists(path);
    }
    throw source.invalid(
        at, "'exists' needs a JSON path, '" + source.text(at.expr()) + "' is none");
  }

  private Filter call(CallContext at) {
    return switch (Functions.of(at)) {
      case JSON_CONTAINS -> {
        Value.JsonPath path = contains(at);
        Value item = value(at.argument(1).expr());
        yield comparisons.contains(path, constants(item, at), true, at.argument(1));
      }
      case JSON_CONTAINS_ALL -> containsSome(at, true);
      case JSON_CONTAINS_ANY -> containsSome(at, false);
      case LATER -> throw source.unsupported(at, "function '" + at.Identifier() + "'");
      case UNKNOWN -> throw source.invalid(at, "function '" + at.Identifier() + "' does not exist");
    };
  }

  private List<Object> constants(Value item, CallContext at) {
    if (item instanceof Value.Literal literal) {
      return List.of(literal.value());
    }
    throw source.invalid(at.argument(1), "'" + source.text(at.argument(1)) + "' is not a constant");
  }

  private Filter containsSome(CallContext at, boolean all) {
    Value.JsonPath path = contains(at);
    List<?> items = list(at.argument(1).expr(), "'" + at.Identifier() + "'");
    return comparisons.contains(path, items, all, at.argument(1));
  }

  private Value.JsonPath contains(CallContext at) {
    if (at.argument().size() != 2 || at.argument().stream().anyMatch(a -> a.Identifier() != null)) {
      throw source.invalid(
          at,
          "function '" + at.Identifier() + "' takes two arguments: a JSON path and what it has");
    }
    if (value(at.argument(0).expr()) instanceof Value.JsonPath path) {
      return path;
    }
    throw source.invalid(
        at.argument(0), "'" + source.text(at.argument(0)) + "' is not a JSON field or path");
  }

  private PandionException notValue(CallContext at) {
    return switch (Functions.of(at)) {
      case LATER -> source.unsupported(at, "function '" + at.Identifier() + "'");
      case UNKNOWN -> source.invalid(at, "function '" + at.Identifier() + "' does not exist");
      default ->
          source.invalid(at, "'" + source.text(at) + "' is a condition where a value is needed");
    };
  }

  private PandionException typed(TypedContext at) {
    String name = at.Identifier().getText();
    return name.equalsIgnoreCase("iso") || name.equalsIgnoreCase("interval")
        ? source.unsupported(at, "'" + name + "' (TIMESTAMPTZ)")
        : source.invalid(
            at.StringLiteral().getSymbol().getStartIndex(),
            "unexpected " + at.StringLiteral().getText() + " after '" + name + "'");
  }

  private PandionException unsupported(ExprContext at, Token operator) {
    return source.unsupported(at, "operator '" + operator.getText() + "'");
  }
}
