package io.pandion.index;

/// Which rows may be found: one bit a row, as words. Any number of threads may read it.
public final class AcceptRows {
  private final long[] words;
  private final int rows;
  private final int count;

  /// @param words bit `row & 63` of word `row >> 6`; bits at and above `rows` are zero
  public AcceptRows(long[] words, int rows) {
    this.words = words;
    this.rows = rows;
    int set = 0;
    for (long word : words) {
      set += Long.bitCount(word);
    }
    this.count = set;
  }

  public boolean accepts(int row) {
    return (words[row >>> 6] & (1L << row)) != 0;
  }

  /// The words; do not write to them.
  public long[] words() {
    return words;
  }

  public int rows() {
    return rows;
  }

  /// Number of accepted rows.
  public int count() {
    return count;
  }
}
