package io.pandion.model;

/// Order and equality of primary keys in [Column.Longs] or [Column.Strings]. Strings are ordered by
/// code point, which is the order of their UTF-8 bytes, here and wherever strings are compared.
public final class Keys {
  private Keys() {}

  /// Compares a key of one column with a key of another of the same type.
  public static int compare(Column a, int rowA, Column b, int rowB) {
    if (a instanceof Column.Longs x && b instanceof Column.Longs y) {
      return Long.compare(x.get(rowA), y.get(rowB));
    }
    return compare(((Column.Strings) a).get(rowA), ((Column.Strings) b).get(rowB));
  }

  /// Compares two strings by code point.
  public static int compare(String a, String b) {
    int shorter = Math.min(a.length(), b.length());
    for (int i = 0; i < shorter; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return rank(x) - rank(y);
      }
    }
    return a.length() - b.length();
  }

  /// Puts surrogates above all other characters.
  private static int rank(char c) {
    return c < 0xd800 ? c : c >= 0xe000 ? c - 0x800 : c + 0x2000;
  }

  /// Compares two keys, each a Long or a String, of one type.
  public static int compare(Object a, Object b) {
    return a instanceof Long x ? Long.compare(x, (Long) b) : compare((String) a, (String) b);
  }

  /// The key as a Long or a String.
  public static Object of(Column keys, int row) {
    return keys instanceof Column.Longs longs
        ? (Object) longs.get(row)
        : ((Column.Strings) keys).get(row);
  }
}
