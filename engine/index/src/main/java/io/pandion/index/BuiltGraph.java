package io.pandion.index;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// A graph in memory that grows: links are changed while others walk. Readers take no lock: they
/// see a record's old or new neighbours or a mix, all of which are rows. Writers of one record
/// exclude each other ([GraphBuilder]).
final class BuiltGraph extends Graph {
  private final AtomicReferenceArray<int[]> uppers;

  /// Entry row and its level in one word, so that readers see both or neither.
  private volatile long entry = -1;

  /// @param base filled with 0xff
  BuiltGraph(int m, MemorySegment base) {
    super(m, base);
    uppers = new AtomicReferenceArray<>((int) (base.byteSize() / recordBytes));
  }

  /// A larger copy. No writer is at work meanwhile.
  BuiltGraph(BuiltGraph from, MemorySegment larger) {
    this(from.m, larger);
    MemorySegment.copy(from.base, 0, larger, 0, from.base.byteSize());
    for (int row = 0; row < from.uppers.length(); row++) {
      uppers.setPlain(row, from.uppers.getPlain(row));
    }
    entry = from.entry;
  }

  int capacityRows() {
    return uppers.length();
  }

  @Override
  int entry() {
    return (int) entry;
  }

  @Override
  int top() {
    return (int) (entry >>> 32);
  }

  void enterAt(int row, int level) {
    entry = (long) level << 32 | row;
  }

  /// Gives a row its levels above 0, with no links.
  void raise(int row, int level) {
    int[] links = new int[level * m];
    java.util.Arrays.fill(links, NONE);
    uppers.setRelease(row, links);
  }

  @Override
  int upper(int row, int level, int[] out) {
    int[] links = uppers.getAcquire(row);
    int from = (level - 1) * m;
    for (int i = 0; i < m; i++) {
      int neighbour = links == null ? NONE : links[from + i];
      if (neighbour < 0) {
        return i;
      }
      out[i] = neighbour;
    }
    return m;
  }

  int capacity(int level) {
    return level == 0 ? 2 * m : m;
  }

  /// Replaces the neighbours of a row.
  void link(int row, int level, int[] neighbours, int count) {
    VarHandle.storeStoreFence();
    int capacity = capacity(level);
    for (int i = 0; i < capacity; i++) {
      set(row, level, i, i < count ? neighbours[i] : NONE);
    }
  }

  /// Adds a neighbour at a free place.
  void append(int row, int level, int place, int neighbour) {
    VarHandle.storeStoreFence();
    set(row, level, place, neighbour);
  }

  private void set(int row, int level, int place, int neighbour) {
    if (level == 0) {
      base.set(SectionFile.INT, (long) row * recordBytes + 4L * place, neighbour);
    } else {
      int[] links = uppers.getAcquire(row);
      links[(level - 1) * m + place] = neighbour;
    }
  }

  /// The links of a row above level 0, in the order of levels; null for a row of level 0.
  int @org.jspecify.annotations.Nullable [] links(int row) {
    return uppers.getPlain(row);
  }
}
