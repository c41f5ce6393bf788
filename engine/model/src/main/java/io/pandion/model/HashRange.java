package io.pandion.model;

import java.util.ArrayList;
import java.util.List;

/// A contiguous range of the 32-bit hash space of primary keys that one shard owns.
///
/// @param from first hash, inclusive, 0 .. 2^32 - 1
/// @param to end, exclusive, 1 .. 2^32
public record HashRange(long from, long to) {
  public static final long SPACE = 1L << 32;

  public boolean contains(long hash) {
    return hash >= from && hash < to;
  }

  /// The whole space cut into `shards` even ranges.
  public static List<HashRange> split(int shards) {
    List<HashRange> ranges = new ArrayList<>(shards);
    for (int i = 0; i < shards; i++) {
      ranges.add(new HashRange(SPACE * i / shards, SPACE * (i + 1) / shards));
    }
    return ranges;
  }
}
