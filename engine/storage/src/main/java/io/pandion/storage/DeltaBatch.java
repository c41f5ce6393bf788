package io.pandion.storage;

import io.pandion.model.Column;
import io.pandion.model.Keys;
import java.util.Arrays;

/// Deletes: primary keys with the tick of each. A delete removes rows of that key with a smaller
/// tick.
@SuppressWarnings("ArrayRecordComponent") // never compared by value
public record DeltaBatch(Column keys, long[] ticks) {
  public int size() {
    return ticks.length;
  }

  /// The same deletes in order of the key and then the tick.
  public DeltaBatch sorted() {
    for (int i = 1; i < ticks.length; i++) {
      if (compare(i - 1, i) > 0) {
        return sort();
      }
    }
    return this;
  }

  private DeltaBatch sort() {
    Integer[] order = new Integer[ticks.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, this::compare);
    int[] rows = Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    long[] at = new long[rows.length];
    Arrays.setAll(at, i -> ticks[rows[i]]);
    return new DeltaBatch(keys.select(rows, rows.length), at);
  }

  private int compare(int a, int b) {
    int byKey = Keys.compare(keys, a, keys, b);
    return byKey != 0 ? byKey : Long.compare(ticks[a], ticks[b]);
  }
}
