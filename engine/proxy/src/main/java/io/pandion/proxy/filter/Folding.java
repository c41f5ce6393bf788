package io.pandion.proxy.filter;

import io.pandion.model.Filter;
import java.util.ArrayList;
import java.util.List;

/// Joins conditions and drops what is constant, as three-valued logic allows: `unknown and false`
/// is false, `unknown or true` is true, `not not unknown` is unknown.
final class Folding {
  private Folding() {}

  static Filter and(List<Filter> operands) {
    List<Filter> out = new ArrayList<>();
    for (Filter operand : operands) {
      switch (operand) {
        case Filter.Constant c when !c.value() -> {
          return c;
        }
        case Filter.Constant _ -> {}
        case Filter.And nested -> out.addAll(nested.operands());
        default -> out.add(operand);
      }
    }
    return out.isEmpty()
        ? new Filter.Constant(true)
        : out.size() == 1 ? out.getFirst() : new Filter.And(out);
  }

  static Filter or(List<Filter> operands) {
    List<Filter> out = new ArrayList<>();
    for (Filter operand : operands) {
      switch (operand) {
        case Filter.Constant c when c.value() -> {
          return c;
        }
        case Filter.Constant _ -> {}
        case Filter.Or nested -> out.addAll(nested.operands());
        default -> out.add(operand);
      }
    }
    return out.isEmpty()
        ? new Filter.Constant(false)
        : out.size() == 1 ? out.getFirst() : new Filter.Or(out);
  }

  static Filter not(Filter operand) {
    return switch (operand) {
      case Filter.Constant c -> new Filter.Constant(!c.value());
      case Filter.Not n -> n.operand();
      default -> new Filter.Not(operand);
    };
  }
}
