package io.pandion.model;

import java.nio.charset.StandardCharsets;

/// The hash of a primary or partition key, 0 .. 2^32 - 1. Stable for ever: routing and Bloom
/// filters on disk depend on it. The finalizer is that of MurmurHash3 (public domain, A. Appleby).
public final class KeyHash {
  private KeyHash() {}

  /// 64 well-mixed bits of an integer key.
  public static long hash64(long key) {
    long h = key + 0x9E3779B97F4A7C15L;
    h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
    h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return h ^ (h >>> 33);
  }

  /// 64 well-mixed bits of a string key (its UTF-8 bytes, eight at a time).
  public static long hash64(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    long h = 0x9E3779B97F4A7C15L ^ bytes.length;
    int i = 0;
    for (; i + 8 <= bytes.length; i += 8) {
      h = hash64(h ^ littleEndian(bytes, i, 8));
    }
    return hash64(h ^ littleEndian(bytes, i, bytes.length - i));
  }

  /// The shard hash of row `row` of a key column.
  public static long shard(Column keys, int row) {
    return (keys instanceof Column.Longs longs
            ? hash64(longs.get(row))
            : hash64(((Column.Strings) keys).get(row)))
        >>> 32;
  }

  private static long littleEndian(byte[] bytes, int from, int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (bytes[from + i] & 0xFFL) << (8 * i);
    }
    return value;
  }
}
