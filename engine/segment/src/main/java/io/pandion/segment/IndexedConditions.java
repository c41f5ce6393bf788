package io.pandion.segment;

import io.pandion.index.SortedScalarIndex;
import io.pandion.model.DataType;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Answers conditions on a field by its scalar index where that costs less than looking at each row
/// that still matters. One thread.
final class IndexedConditions {
  /// Looking at a row costs about as much as this many found ones.
  private static final int FOUND_PER_SCANNED = 4;

  private final LongFunction<FieldValues> fields;
  private final LongFunction<@Nullable SortedScalarIndex> indexes;

  IndexedConditions(
      LongFunction<FieldValues> fields, LongFunction<@Nullable SortedScalarIndex> indexes) {
    this.fields = fields;
    this.indexes = indexes;
  }

  /// The rows of the mask for which the comparison holds, or null when a scan must tell.
  @Nullable TruthBits compare(Comparison comparison, Value left, Value right, long[] mask) {
    if (!(left instanceof Value.Field field) || !(right instanceof Value.Literal literal)) {
      return null;
    }
    SortedScalarIndex index = indexes.apply(field.id());
    if (index == null || !fits(field.type(), literal.value())) {
      return null;
    }
    Object bound = literal.value();
    boolean upwards = comparison == Comparison.GREATER || comparison == Comparison.GREATER_OR_EQUAL;
    boolean downwards = comparison == Comparison.LESS || comparison == Comparison.LESS_OR_EQUAL;
    Object from = downwards ? null : bound;
    Object to = upwards ? null : bound;
    boolean included = comparison != Comparison.GREATER && comparison != Comparison.LESS;
    if (index.count(from, included, to, included) > scanned(mask) * FOUND_PER_SCANNED) {
      return null;
    }
    TruthBits bits = unknownWhereNull(field, mask);
    index.range(from, included, to, included, bits.yes);
    restrict(bits, mask, comparison == Comparison.NOT_EQUAL);
    return bits;
  }

  /// The rows of the mask whose value is one of the items, or null when a scan must tell.
  @Nullable TruthBits in(Value value, List<Value.Literal> items, long[] mask) {
    if (!(value instanceof Value.Field field)) {
      return null;
    }
    SortedScalarIndex index = indexes.apply(field.id());
    if (index == null) {
      return null;
    }
    Set<Object> wanted = new HashSet<>();
    long found = 0;
    for (Value.Literal item : items) {
      if (!fits(field.type(), item.value())) {
        return null;
      }
      if (wanted.add(item.value())) {
        found += index.count(item.value(), true, item.value(), true);
      }
    }
    if (found > scanned(mask) * FOUND_PER_SCANNED) {
      return null;
    }
    TruthBits bits = unknownWhereNull(field, mask);
    index.in(wanted, bits.yes);
    restrict(bits, mask, false);
    return bits;
  }

  private TruthBits unknownWhereNull(Value.Field field, long[] mask) {
    TruthBits bits = new TruthBits(mask.length);
    fields.apply(field.id()).nulls(mask, bits.unknown);
    return bits;
  }

  /// Leaves the found rows of the mask, or those that are neither found nor null.
  private static void restrict(TruthBits bits, long[] mask, boolean inverted) {
    for (int i = 0; i < mask.length; i++) {
      long yes = inverted ? ~(bits.yes[i] | bits.unknown[i]) : bits.yes[i];
      bits.yes[i] = yes & mask[i];
    }
  }

  private static long scanned(long[] mask) {
    long rows = 0;
    for (long word : mask) {
      rows += Long.bitCount(word);
    }
    return rows;
  }

  private static boolean fits(DataType type, Object literal) {
    return switch (type) {
      case BOOL -> literal instanceof Boolean;
      case INT8, INT16, INT32, INT64, FLOAT, DOUBLE -> literal instanceof Number;
      case VARCHAR -> literal instanceof String;
      case JSON, FLOAT_VECTOR -> false;
    };
  }
}
