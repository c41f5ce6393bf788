package io.pandion.model;

import java.util.List;

/// A boolean expression over one row, checked against the schema: names are resolved, types agree.
///
/// Three-valued: a comparison with a null, a missing JSON path or a JSON value of another type is
/// *unknown*; `not unknown` is unknown; only rows for which the whole filter is *true* match.
public sealed interface Filter {
  record And(List<Filter> operands) implements Filter {
    public And {
      operands = List.copyOf(operands);
    }
  }

  record Or(List<Filter> operands) implements Filter {
    public Or {
      operands = List.copyOf(operands);
    }
  }

  record Not(Filter operand) implements Filter {}

  record Compare(Comparison comparison, Value left, Value right) implements Filter {}

  /// `value in [items]`; `not in` is [Not] of it. An empty list matches nothing.
  record In(Value value, List<Value.Literal> items) implements Filter {
    public In {
      items = List.copyOf(items);
    }
  }

  /// `value like "pattern"`: `%` any run, `_` one character, backslash escapes.
  record Like(Value value, String pattern) implements Filter {}

  /// `value is null`; never unknown. A missing JSON path is null.
  record IsNull(Value value) implements Filter {}

  /// `exists path`: true when the JSON path is there and not null; never unknown.
  record Exists(Value.JsonPath path) implements Filter {}

  /// `json_contains(path, item)` and its `_all`, `_any` forms.
  record JsonContains(Value.JsonPath path, List<Value.Literal> items, boolean all)
      implements Filter {
    public JsonContains {
      items = List.copyOf(items);
    }
  }

  /// A BOOL field or JSON path standing by itself: `flag`, `not flag`.
  record Truth(Value value) implements Filter {}

  /// True or false for every row (folded constants).
  record Constant(boolean value) implements Filter {}

  enum Comparison {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL;

    /// The comparison with its sides exchanged.
    public Comparison mirrored() {
      return switch (this) {
        case LESS -> GREATER;
        case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
        case GREATER -> LESS;
        case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
        default -> this;
      };
    }
  }

  /// What can be compared.
  sealed interface Value {
    record Field(long id, DataType type) implements Value {}

    /// A path into a JSON field (or `$meta`). Steps are String (object key) or Integer (array
    /// index).
    record JsonPath(long fieldId, List<Object> steps) implements Value {
      public JsonPath {
        steps = List.copyOf(steps);
      }
    }

    /// Boolean, Long, Double, String, or a List of such (JSON comparisons only).
    record Literal(Object value) implements Value {}

    record Arithmetic(Operator operator, Value left, Value right) implements Value {}

    enum Operator {
      ADD,
      SUBTRACT,
      MULTIPLY,
      DIVIDE,
      MODULO,
      POWER
    }
  }
}
