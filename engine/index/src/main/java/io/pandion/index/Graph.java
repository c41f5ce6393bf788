package io.pandion.index;

import io.pandion.model.PandionException;
import java.lang.foreign.MemorySegment;

/// Who is whose neighbour: level 0 of a navigable small world as records of one size, which rows of
/// the upper levels are linked to is for subclasses to say. A record holds *2 M* u32 neighbours,
/// then none (0xffffffff), and takes a multiple of 64 bytes.
abstract sealed class Graph permits MappedGraph, BuiltGraph {
  static final int NONE = -1;

  final int m;
  final MemorySegment base;
  final int recordBytes;

  Graph(int m, MemorySegment base) {
    this.m = m;
    this.base = base;
    this.recordBytes = recordBytes(m);
  }

  static int recordBytes(int m) {
    return (2 * m * Integer.BYTES + 63) & -64;
  }

  /// Where walks start, or [#NONE].
  abstract int entry();

  /// The highest level.
  abstract int top();

  /// Reads the neighbours of a row on a level above 0; returns their number, at most *M*.
  abstract int upper(int row, int level, int[] out);

  /// Reads the neighbours of a row; returns their number.
  final int neighbours(int row, int level, int[] out) {
    if (level > 0) {
      return upper(row, level, out);
    }
    long at = (long) row * recordBytes;
    int capacity = 2 * m;
    for (int i = 0; i < capacity; i++) {
      int neighbour = base.get(SectionFile.INT, at + 4L * i);
      if (neighbour < 0) {
        return i;
      }
      out[i] = neighbour;
    }
    return capacity;
  }

  /// Where the record of a row lies, for a prefetch; 0 in the heap.
  final long address(int row) {
    return base.isNative() ? base.address() + (long) row * recordBytes : 0;
  }

  static PandionException corrupt(String what, int row, int neighbour) {
    return PandionException.corrupt(
        what + " links row " + row + " to row " + neighbour + ", which it lacks; build it again");
  }
}
