package io.pandion.index;

import java.lang.foreign.MemorySegment;

/// A finished graph as it lies in its file, sections `base`, `upper` and `blocks` of [GraphFile].
/// Immutable, any number of threads.
final class MappedGraph extends Graph {
  private final MemorySegment upper;
  private final MemorySegment blocks;
  private final int rows;
  private final int entry;
  private final int top;

  MappedGraph(
      int m,
      int rows,
      int entry,
      int top,
      MemorySegment base,
      MemorySegment upper,
      MemorySegment blocks) {
    super(m, base);
    this.rows = rows;
    this.entry = entry;
    this.top = top;
    this.upper = upper;
    this.blocks = blocks;
  }

  @Override
  int entry() {
    return entry;
  }

  @Override
  int top() {
    return top;
  }

  @Override
  int upper(int row, int level, int[] out) {
    int block = upper.get(SectionFile.INT, 4L * row);
    if (block < 0) {
      return 0;
    }
    long at = 4L * m * ((long) block + level - 1);
    for (int i = 0; i < m; i++) {
      int neighbour = blocks.get(SectionFile.INT, at + 4L * i);
      if (neighbour < 0) {
        return i;
      }
      out[i] = neighbour;
    }
    return m;
  }

  /// Refuses a file whose checksums are right and whose links lead out of it.
  void check(String what) {
    boolean entered = rows == 0 ? entry == NONE : entry >= 0 && entry < rows;
    SectionFile.check(entered && top >= 0 && top <= 30, what, "starts at row " + entry);
    long blockCount = blocks.byteSize() / (4L * m);
    for (int row = 0; row < rows; row++) {
      int block = upper.get(SectionFile.INT, 4L * row);
      SectionFile.check(block < blockCount, what, "has no block " + block + " of row " + row);
    }
    SectionFile.check(
        top == 0 || upper.get(SectionFile.INT, 4L * entry) + (long) top <= blockCount,
        what,
        "has no level " + top);
    check(what, base, recordBytes / 4);
    check(what, blocks, m);
  }

  private void check(String what, MemorySegment links, int each) {
    long count = links.byteSize() / 4;
    int wrong = 0;
    for (long i = 0; i < count; i++) {
      wrong |= rows - 1 - links.get(SectionFile.INT, 4 * i);
    }
    for (long i = 0; i < count && wrong < 0; i++) {
      int neighbour = links.get(SectionFile.INT, 4 * i);
      if (neighbour >= rows) {
        throw corrupt(what, (int) (i / each), neighbour);
      }
    }
  }
}
