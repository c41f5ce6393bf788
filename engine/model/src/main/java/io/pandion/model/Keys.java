package io.pandion.model;

/// Order and equality of primary keys in [Column.Longs] or [Column.Strings].
public final class Keys {
  private Keys() {}

  /// Compares a key of one column with a key of another of the same type.
  public static int compare(Column a, int rowA, Column b, int rowB) {
    if (a instanceof Column.Longs x && b instanceof Column.Longs y) {
      return Long.compare(x.get(rowA), y.get(rowB));
    }
    return ((Column.Strings) a).get(rowA).compareTo(((Column.Strings) b).get(rowB));
  }

  /// The key as a Long or a String.
  public static Object of(Column keys, int row) {
    return keys instanceof Column.Longs longs
        ? (Object) longs.get(row)
        : ((Column.Strings) keys).get(row);
  }
}
