package io.pandion.storage;

import io.pandion.model.Column;

/// Deletes: primary keys with the tick of each. A delete removes rows of that key with a smaller
/// tick.
@SuppressWarnings("ArrayRecordComponent") // never compared by value
public record DeltaBatch(Column keys, long[] ticks) {
  public int size() {
    return ticks.length;
  }
}
