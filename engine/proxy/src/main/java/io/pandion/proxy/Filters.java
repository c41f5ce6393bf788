package io.pandion.proxy;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import io.pandion.model.Keys;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Filters that are nothing but a list of primary keys.
final class Filters {
  private Filters() {}

  /// The keys that `key in [...]` or `key == ...` names, each once; null for any other filter.
  static @Nullable Column keys(CollectionSchema schema, Filter filter) {
    FieldSchema key = schema.primaryKey();
    List<Value.Literal> literals =
        switch (filter) {
          case Filter.In(Value.Field f, List<Value.Literal> items) when f.id() == key.id() -> items;
          case Filter.Compare(Comparison c, Value.Field f, Value.Literal l)
              when c == Comparison.EQUAL && f.id() == key.id() ->
              List.of(l);
          default -> null;
        };
    if (literals == null) {
      return null;
    }
    Class<?> type = key.type() == io.pandion.model.DataType.VARCHAR ? String.class : Long.class;
    Set<Object> distinct = new LinkedHashSet<>();
    for (Value.Literal literal : literals) {
      if (!type.isInstance(literal.value())) {
        return null;
      }
      distinct.add(literal.value());
    }
    ColumnBuilder out = ColumnBuilder.of(key);
    distinct.forEach(out::add);
    return out.build();
  }

  /// The filter that the keys of a column satisfy.
  static Filter in(FieldSchema key, Column keys) {
    List<Value.Literal> items = new ArrayList<>(keys.size());
    for (int row = 0; row < keys.size(); row++) {
      items.add(new Value.Literal(Keys.of(keys, row)));
    }
    return new Filter.In(new Value.Field(key.id(), key.type()), items);
  }
}
