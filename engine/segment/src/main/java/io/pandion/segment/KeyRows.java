package io.pandion.segment;

import io.pandion.model.DataType;
import io.pandion.model.Keys;
import java.util.Arrays;

/// Rows of a sealed segment by primary key: row numbers in order of their keys, searched by
/// bisection. Any number of threads.
final class KeyRows {
  private final ColumnFile order;
  private final FieldValues keys;

  KeyRows(ColumnFile order, FieldValues keys) {
    this.order = order;
    this.keys = keys;
  }

  /// The rows of a key (Long or String), older ones first; none for a key of another type.
  int[] find(Object key) {
    int low = 0;
    int high = order.rows();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(order.intAt(middle), key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    int[] rows = new int[1];
    int count = 0;
    for (int at = low; at < order.rows() && compare(order.intAt(at), key) == 0; at++) {
      if (count == rows.length) {
        rows = Arrays.copyOf(rows, 2 * count);
      }
      rows[count++] = order.intAt(at);
    }
    return Arrays.copyOf(rows, count);
  }

  /// Tells the ticks which rows have a later row of the same key.
  void linkTwins(RowTicks ticks) {
    for (int at = 1; at < order.rows(); at++) {
      int older = order.intAt(at - 1);
      int newer = order.intAt(at);
      if (sameKey(older, newer)) {
        ticks.twin(older, newer);
      }
    }
  }

  private boolean sameKey(int a, int b) {
    return keys.field().type() == DataType.VARCHAR
        ? keys.stringAt(a).equals(keys.stringAt(b))
        : keys.longAt(a) == keys.longAt(b);
  }

  private int compare(int row, Object key) {
    return key instanceof Long number
        ? Long.compare(keys.longAt(row), number)
        : Keys.compare(keys.stringAt(row), (String) key);
  }
}
