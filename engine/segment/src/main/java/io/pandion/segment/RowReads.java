package io.pandion.segment;

import io.pandion.index.AcceptRows;
import io.pandion.index.SortedScalarIndex;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import io.pandion.model.Keys;
import io.pandion.model.QueryPlan;
import io.pandion.model.SearchPlan;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What growing and sealed segments share: which rows a read may see, and the search and query over
/// them. Any number of threads.
abstract class RowReads {
  /// Rows published now; rows below it never change.
  abstract int published();

  abstract CollectionSchema schema();

  abstract FieldValues values(long fieldId);

  /// The rows below `rows` that are visible at a tick, of several rows of a key the newest only;
  /// null when all of them are. Not to be written to.
  abstract @Nullable AcceptRows visible(int rows, long readAt);

  /// The scalar index of a field, or null.
  @Nullable SortedScalarIndex scalarIndex(long fieldId) {
    return null;
  }

  /// How the best of the first `rows` rows are found for queries of a plan.
  abstract Nearest nearest(SearchPlan plan, int rows);

  abstract Column vectors(long fieldId, int[] rows, int count);

  /// The rows of a primary key (Long or String), or null when only a scan can tell.
  int @Nullable [] rowsOf(Object key) {
    return null;
  }

  /// A read during which what rows are read from stays.
  <T> T held(Supplier<T> read) {
    return read.get();
  }

  final SegmentMatches query(QueryPlan plan, long readAt) {
    int rows = published();
    AcceptRows accepted = accepted(plan.filter(), rows, readAt);
    int[] matches =
        accepted == null ? IntStream.range(0, rows).toArray() : setBits(accepted.words());
    Column keys = keys(matches);
    Integer[] order = new Integer[matches.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Keys.compare(keys, a, keys, b));
    int count = plan.limit() < 0 ? order.length : (int) Math.min(plan.limit(), order.length);
    int[] sorted = new int[count];
    for (int i = 0; i < count; i++) {
      sorted[i] = matches[order[i]];
    }
    return new SegmentMatches(sorted, keys(sorted));
  }

  final long count(QueryPlan plan, long readAt) {
    int rows = published();
    AcceptRows accepted = accepted(plan.filter(), rows, readAt);
    return accepted == null ? rows : accepted.count();
  }

  final Column fetch(long fieldId, int[] rows, int count) {
    FieldSchema field = schema().field(fieldId);
    return field.type().isVector()
        ? vectors(fieldId, rows, count)
        : values(fieldId).fetch(rows, count);
  }

  /// Rows that are visible and match, or null when all rows are accepted.
  final @Nullable AcceptRows accepted(@Nullable Filter filter, int rows, long readAt) {
    AcceptRows visible = visible(rows, readAt);
    if (filter == null) {
      return visible;
    }
    long[] mask = byKey(filter, rows);
    if (mask == null) {
      mask = visible == null ? all(rows) : visible.words();
    } else if (visible != null) {
      for (int i = 0; i < mask.length; i++) {
        mask[i] &= visible.words()[i];
      }
    }
    FilterEvaluator evaluator = new FilterEvaluator(this::values, this::scalarIndex);
    return new AcceptRows(evaluator.evaluate(filter, mask), rows);
  }

  /// The rows that a condition on the primary key leaves, or null when there is none.
  private long @Nullable [] byKey(Filter filter, int rows) {
    return switch (filter) {
      case Filter.Compare(Comparison c, Value.Field f, Value.Literal l)
          when c == Comparison.EQUAL ->
          rowsOf(f, List.of(l), rows);
      case Filter.In(Value.Field f, List<Value.Literal> items) -> rowsOf(f, items, rows);
      case Filter.And and -> {
        for (Filter operand : and.operands()) {
          long[] found = byKey(operand, rows);
          if (found != null) {
            yield found;
          }
        }
        yield null;
      }
      default -> null;
    };
  }

  private long @Nullable [] rowsOf(Value.Field field, List<Value.Literal> keys, int rows) {
    FieldSchema key = schema().primaryKey();
    Class<?> type = key.type() == DataType.VARCHAR ? String.class : Long.class;
    if (field.id() != key.id() || !keys.stream().allMatch(k -> type.isInstance(k.value()))) {
      return null;
    }
    long[] words = new long[(rows + 63) >>> 6];
    for (Value.Literal literal : keys) {
      int[] found = rowsOf(literal.value());
      if (found == null) {
        return null;
      }
      for (int row : found) {
        words[row >>> 6] |= 1L << row;
      }
    }
    return words;
  }

  final Column keys(int[] rows) {
    FieldSchema key = schema().primaryKey();
    return rows.length == 0
        ? ColumnBuilder.of(key).build()
        : values(key.id()).fetch(rows, rows.length);
  }

  /// Words with a bit for each of `rows` rows.
  static long[] all(int rows) {
    long[] words = new long[(rows + 63) >>> 6];
    Arrays.fill(words, -1L);
    if ((rows & 63) != 0) {
      words[words.length - 1] = (1L << rows) - 1;
    }
    return words;
  }

  private static int[] setBits(long[] words) {
    int count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    int[] out = new int[count];
    int at = 0;
    for (int w = 0; w < words.length; w++) {
      for (long word = words[w]; word != 0; word &= word - 1) {
        out[at++] = (w << 6) + Long.numberOfTrailingZeros(word);
      }
    }
    return out;
  }
}
