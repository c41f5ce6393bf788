package io.pandion.segment;

import io.pandion.index.SortedScalarIndex;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Evaluates a filter over the rows of a segment, one condition at a time over all rows that still
/// matter. One thread.
final class FilterEvaluator {
  private final LongFunction<FieldValues> fields;
  private final IndexedConditions indexed;

  /// @param fields values by field id
  /// @param indexes scalar indexes by field id; null = none
  FilterEvaluator(
      LongFunction<FieldValues> fields, LongFunction<@Nullable SortedScalarIndex> indexes) {
    this.fields = fields;
    this.indexed = new IndexedConditions(fields, indexes);
  }

  /// The rows of `mask` for which the filter is true.
  long[] evaluate(Filter filter, long[] mask) {
    long[] yes = truth(filter, mask).yes;
    for (int i = 0; i < yes.length; i++) {
      yes[i] &= mask[i];
    }
    return yes;
  }

  private TruthBits truth(Filter filter, long[] mask) {
    return switch (filter) {
      case Filter.And and -> all(and.operands(), mask);
      case Filter.Or or -> any(or.operands(), mask);
      case Filter.Not not -> {
        TruthBits bits = truth(not.operand(), mask);
        bits.not(mask);
        yield bits;
      }
      case Filter.Constant c -> {
        TruthBits bits = new TruthBits(mask.length);
        if (c.value()) {
          System.arraycopy(mask, 0, bits.yes, 0, mask.length);
        }
        yield bits;
      }
      case Filter.Compare c -> compare(c, mask);
      case Filter.In in -> in(in, mask);
      case Filter.Like like -> like(like, mask);
      case Filter.IsNull isNull -> isNull(isNull.value(), mask);
      case Filter.Exists exists -> {
        TruthBits bits = isNull(exists.path(), mask);
        bits.not(mask);
        yield bits;
      }
      case Filter.Truth t -> {
        ValueReader reader = ValueReader.of(t.value(), fields);
        yield scan(
            mask,
            (row, slot) -> {
              reader.read(row, slot);
              return slot.kind == Slot.Kind.BOOL ? (int) slot.integer : UNKNOWN;
            });
      }
      case Filter.JsonContains c -> jsonContains(c, mask);
    };
  }

  private TruthBits all(List<Filter> operands, long[] mask) {
    TruthBits bits = null;
    for (Filter operand : operands) {
      if (bits == null) {
        bits = truth(operand, mask);
      } else {
        long[] open = new long[mask.length];
        for (int i = 0; i < open.length; i++) {
          open[i] = mask[i] & (bits.yes[i] | bits.unknown[i]);
        }
        bits.and(truth(operand, open));
      }
    }
    return bits == null ? truth(new Filter.Constant(true), mask) : bits;
  }

  private TruthBits any(List<Filter> operands, long[] mask) {
    TruthBits bits = null;
    for (Filter operand : operands) {
      if (bits == null) {
        bits = truth(operand, mask);
      } else {
        long[] open = new long[mask.length];
        for (int i = 0; i < open.length; i++) {
          open[i] = mask[i] & ~bits.yes[i];
        }
        bits.or(truth(operand, open));
      }
    }
    return bits == null ? new TruthBits(mask.length) : bits;
  }

  private static final int UNKNOWN = -1;

  /// Says of a row 1 (true), 0 (false) or [#UNKNOWN].
  private interface RowTest {
    int test(int row, Slot scratch);
  }

  private static TruthBits scan(long[] mask, RowTest test) {
    TruthBits bits = new TruthBits(mask.length);
    Slot scratch = new Slot();
    for (int w = 0; w < mask.length; w++) {
      for (long word = mask[w]; word != 0; word &= word - 1) {
        int row = (w << 6) + Long.numberOfTrailingZeros(word);
        int truth = test.test(row, scratch);
        if (truth > 0) {
          bits.setTrue(row);
        } else if (truth < 0) {
          bits.setUnknown(row);
        }
      }
    }
    return bits;
  }

  private TruthBits compare(Filter.Compare c, long[] mask) {
    if (c.left() instanceof Value.Literal && !(c.right() instanceof Value.Literal)) {
      return compare(new Filter.Compare(c.comparison().mirrored(), c.right(), c.left()), mask);
    }
    TruthBits found = indexed.compare(c.comparison(), c.left(), c.right(), mask);
    if (found != null) {
      return found;
    }
    if (c.left() instanceof Value.Field f
        && f.type().isInteger()
        && c.right() instanceof Value.Literal l
        && l.value() instanceof Long bound) {
      FieldValues values = fields.apply(f.id());
      return integers(c.comparison(), values, bound, mask);
    }
    ValueReader left = ValueReader.of(c.left(), fields);
    ValueReader right = ValueReader.of(c.right(), fields);
    Slot second = new Slot();
    Comparison comparison = c.comparison();
    return scan(
        mask,
        (row, slot) -> {
          left.read(row, slot);
          right.read(row, second);
          return holds(comparison, slot, second);
        });
  }

  private static TruthBits integers(
      Comparison comparison, FieldValues values, long bound, long[] mask) {
    IntPredicate test =
        switch (comparison) {
          case EQUAL -> row -> values.longAt(row) == bound;
          case NOT_EQUAL -> row -> values.longAt(row) != bound;
          case LESS -> row -> values.longAt(row) < bound;
          case LESS_OR_EQUAL -> row -> values.longAt(row) <= bound;
          case GREATER -> row -> values.longAt(row) > bound;
          case GREATER_OR_EQUAL -> row -> values.longAt(row) >= bound;
        };
    return scan(mask, (row, _) -> values.isNull(row) ? UNKNOWN : test.test(row) ? 1 : 0);
  }

  private static int holds(Comparison comparison, Slot a, Slot b) {
    if (!a.comparableWith(b)) {
      return UNKNOWN;
    }
    boolean nan =
        (a.kind == Slot.Kind.DOUBLE && Double.isNaN(a.real))
            || (b.kind == Slot.Kind.DOUBLE && Double.isNaN(b.real));
    if (nan) {
      return comparison == Comparison.NOT_EQUAL ? 1 : 0;
    }
    int order = a.compareTo(b);
    boolean result =
        switch (comparison) {
          case EQUAL -> order == 0;
          case NOT_EQUAL -> order != 0;
          case LESS -> order < 0;
          case LESS_OR_EQUAL -> order <= 0;
          case GREATER -> order > 0;
          case GREATER_OR_EQUAL -> order >= 0;
        };
    return result ? 1 : 0;
  }

  private TruthBits in(Filter.In in, long[] mask) {
    TruthBits found = indexed.in(in.value(), in.items(), mask);
    if (found != null) {
      return found;
    }
    ValueReader reader = ValueReader.of(in.value(), fields);
    boolean allLong = in.items().stream().allMatch(i -> i.value() instanceof Long);
    boolean allText = in.items().stream().allMatch(i -> i.value() instanceof String);
    if (allText && !in.items().isEmpty()) {
      Set<Object> items = new HashSet<>();
      in.items().forEach(i -> items.add(i.value()));
      return scan(
          mask,
          (row, slot) -> {
            reader.read(row, slot);
            return slot.kind == Slot.Kind.STRING ? (items.contains(slot.text) ? 1 : 0) : UNKNOWN;
          });
    }
    long[] sorted =
        allLong
            ? in.items().stream().mapToLong(i -> (Long) i.value()).sorted().toArray()
            : new long[0];
    List<Slot> slots = in.items().stream().map(FilterEvaluator::slot).toList();
    return scan(
        mask,
        (row, slot) -> {
          reader.read(row, slot);
          if (slot.kind == Slot.Kind.UNKNOWN) {
            return UNKNOWN;
          }
          if (allLong && slot.kind == Slot.Kind.LONG) {
            return Arrays.binarySearch(sorted, slot.integer) >= 0 ? 1 : 0;
          }
          return oneOf(slot, slots);
        });
  }

  private static int oneOf(Slot value, List<Slot> items) {
    boolean comparable = items.isEmpty();
    for (Slot item : items) {
      int equal = holds(Comparison.EQUAL, value, item);
      if (equal > 0) {
        return 1;
      }
      comparable |= equal == 0;
    }
    return comparable ? 0 : UNKNOWN;
  }

  private static Slot slot(Value.Literal literal) {
    Slot slot = new Slot();
    slot.setBoxed(literal.value());
    return slot;
  }

  private TruthBits like(Filter.Like like, long[] mask) {
    LikePattern pattern = new LikePattern(like.pattern());
    ValueReader reader = ValueReader.of(like.value(), fields);
    return scan(
        mask,
        (row, slot) -> {
          reader.read(row, slot);
          return slot.kind == Slot.Kind.STRING ? (pattern.matches(slot.text) ? 1 : 0) : UNKNOWN;
        });
  }

  private TruthBits isNull(Value value, long[] mask) {
    if (value instanceof Value.Field f) {
      FieldValues values = fields.apply(f.id());
      return scan(mask, (row, _) -> values.isNull(row) ? 1 : 0);
    }
    ValueReader reader = ValueReader.of(value, fields);
    return scan(
        mask,
        (row, slot) -> {
          reader.read(row, slot);
          return slot.kind == Slot.Kind.UNKNOWN ? 1 : 0;
        });
  }

  private TruthBits jsonContains(Filter.JsonContains c, long[] mask) {
    FieldValues values = fields.apply(c.path().fieldId());
    JsonPathReader path = new JsonPathReader(c.path().steps());
    List<Slot> items = c.items().stream().map(FilterEvaluator::slot).toList();
    return scan(
        mask,
        (row, _) -> {
          if (values.isNull(row)) {
            return UNKNOWN;
          }
          boolean[] found = new boolean[items.size()];
          boolean array =
              path.forEach(
                  values.jsonAt(row),
                  element -> {
                    for (int i = 0; i < found.length; i++) {
                      found[i] |= holds(Comparison.EQUAL, element, items.get(i)) > 0;
                    }
                    return true;
                  });
          if (!array) {
            return UNKNOWN;
          }
          int hits = 0;
          for (boolean f : found) {
            hits += f ? 1 : 0;
          }
          return (c.all() ? hits == found.length : hits > 0) ? 1 : 0;
        });
  }
}
