package io.pandion.benchmarks;

import io.pandion.index.AcceptRows;
import org.jspecify.annotations.Nullable;

/// A filter that a share of the rows pass, chosen by a hash of the row number: the same rows in
/// every engine and language.
///
/// @param text the share as the user wrote it, `1` for no filter
record Share(String text, double value) {
  static Share of(String text) {
    double value = Double.parseDouble(text);
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "a filter passes a share of the rows above 0 and up to 1, not " + text);
    }
    return new Share(text, value);
  }

  boolean all() {
    return value == 1;
  }

  String truthFile() {
    return "truth-" + text + ".i32";
  }

  boolean passes(int row) {
    long hash = row * 0x9e3779b97f4a7c15L;
    hash ^= hash >>> 32;
    hash *= 0xd6e8feb86659fd93L;
    hash ^= hash >>> 32;
    return (hash & 0xffffffffL) < value * 4294967296.0;
  }

  /// The rows that pass, null for no filter.
  @Nullable AcceptRows rows(int count) {
    if (all()) {
      return null;
    }
    long[] words = new long[(count + 63) / 64];
    for (int row = 0; row < count; row++) {
      if (passes(row)) {
        words[row >> 6] |= 1L << row;
      }
    }
    return new AcceptRows(words, count);
  }
}
