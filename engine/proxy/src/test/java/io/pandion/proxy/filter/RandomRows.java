package io.pandion.proxy.filter;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.QueryPlan;
import io.pandion.model.RowBatch;
import io.pandion.segment.GrowingSegment;
import io.pandion.segment.SegmentMatches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rows of [Birds] with few distinct values and many nulls, as maps (name -> value) and in a
/// segment.
final class RandomRows {
  static final CollectionSchema SCHEMA = Birds.schema(true);
  static final List<String> TEXTS = List.of("", "a", "ab", "b%", "a_b", "it's \"q\"", "\\n\u00e9");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();
  private final GrowingSegment segment = new GrowingSegment(1, 1, SCHEMA);
  private final Random random;

  RandomRows(Random random, int count) {
    this.random = random;
    Map<Long, Column> columns = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      rows.add(row(i));
    }
    for (FieldSchema field : SCHEMA.fields()) {
      ColumnBuilder builder = ColumnBuilder.of(field);
      rows.forEach(row -> builder.add(stored(field, row.get(field.name()))));
      columns.put(field.id(), builder.build());
    }
    segment.append(new RowBatch(count, columns), 1);
  }

  private static @Nullable Object stored(FieldSchema field, @Nullable Object value) {
    if (field.type() != DataType.JSON || value == null) {
      return value;
    }
    try {
      return JSON.writeValueAsString(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, @Nullable Object> row(long id) {
    Map<String, @Nullable Object> row = new HashMap<>();
    row.put("id", id - 5);
    row.put("small", orNull(random.nextInt(256) / 16 - 8));
    row.put("real", orNull(pick(0.1f, 0.5f, -1f, 2f, 16_777_216f)));
    row.put("wide", orNull(pick(0.1, 0.5, -1.0, 2.0, 9007199254740992.0)));
    row.put("name", orNull(TEXTS.get(random.nextInt(TEXTS.size()))));
    row.put("flag", orNull(random.nextBoolean()));
    row.put("Like", orNull(pick(Long.MAX_VALUE, Long.MIN_VALUE, 9007199254740993L, 0L)));
    row.put("doc", orNull(document(2)));
    row.put("$meta", orNull(document(2)));
    row.put("vec", new float[4]);
    return row;
  }

  private Map<String, @Nullable Object> document(int depth) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    for (String key : List.of("a", "b", "c d")) {
      if (random.nextInt(4) > 0) {
        out.put(key, json(depth));
      }
    }
    return out;
  }

  private @Nullable Object json(int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> (long) random.nextInt(4);
      case 3 -> pick(0.5, 2.0, 1e300);
      case 4, 5 -> TEXTS.get(random.nextInt(TEXTS.size()));
      case 6 -> document(depth - 1);
      default -> Arrays.asList(json(depth - 1), json(depth - 1), json(depth - 1));
    };
  }

  private Object pick(Object... values) {
    return values[random.nextInt(values.length)];
  }

  private @Nullable Object orNull(Object value) {
    return random.nextInt(5) == 0 ? null : value;
  }

  List<Map<String, @Nullable Object>> all() {
    return rows;
  }

  /// Keys of the rows that the segment finds.
  List<Long> find(@Nullable Filter filter) {
    SegmentMatches found =
        segment.query(new QueryPlan(filter, -1, false, Set.of(), List.of()), Long.MAX_VALUE);
    List<Long> out = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      out.add(((Column.Longs) found.keys()).get(i));
    }
    return out;
  }
}
