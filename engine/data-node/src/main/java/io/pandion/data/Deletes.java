package io.pandion.data;

import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.Keys;
import io.pandion.storage.DeltaBatch;
import java.util.Arrays;
import java.util.List;

/// Deletes of several deltalogs in order of key and tick.
final class Deletes {
  private final DeltaBatch sorted;

  /// @param keyType INT64 or VARCHAR
  Deletes(List<DeltaBatch> parts, DataType keyType) {
    ColumnBuilder keys = new ColumnBuilder(keyType, 0);
    long[] ticks = new long[parts.stream().mapToInt(DeltaBatch::size).sum()];
    int at = 0;
    for (DeltaBatch part : parts) {
      keys.addAll(part.keys());
      System.arraycopy(part.ticks(), 0, ticks, at, part.size());
      at += part.size();
    }
    sorted = new DeltaBatch(keys.build(), Arrays.copyOf(ticks, at)).sorted();
  }

  /// The tick of the first delete that removes a row, or 0.
  long tickFor(Column keys, int row, long rowTick) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      int byKey = Keys.compare(sorted.keys(), middle, keys, row);
      if (byKey < 0 || (byKey == 0 && sorted.ticks()[middle] <= rowTick)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < sorted.size() && Keys.compare(sorted.keys(), low, keys, row) == 0
        ? sorted.ticks()[low]
        : 0;
  }
}
