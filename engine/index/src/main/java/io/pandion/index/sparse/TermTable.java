package io.pandion.index.sparse;

import java.util.Arrays;

/// Numbers the dimensions that occur, 0, 1, 2 … in order of appearance, and counts each.
final class TermTable {
  private int[] slots = filled(64);
  private int[] dimensions = new int[32];
  private int[] counts = new int[32];
  private int size;

  int size() {
    return size;
  }

  int dimension(int term) {
    return dimensions[term];
  }

  int count(int term) {
    return counts[term];
  }

  /// Counts one more value of a dimension.
  void add(int dimension) {
    int term = term(dimension);
    counts[term]++;
  }

  /// The number of a dimension, a new one when it is new.
  int term(int dimension) {
    int slot = slot(dimension);
    if (slots[slot] >= 0) {
      return slots[slot];
    }
    if (2 * size >= slots.length) {
      grow();
      slot = slot(dimension);
    }
    if (size == dimensions.length) {
      dimensions = Arrays.copyOf(dimensions, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    dimensions[size] = dimension;
    slots[slot] = size;
    return size++;
  }

  private int slot(int dimension) {
    int mask = slots.length - 1;
    int slot = ((dimension * 0x9e3779b9) >>> 7) & mask;
    while (slots[slot] >= 0 && dimensions[slots[slot]] != dimension) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    slots = filled(4 * slots.length);
    for (int term = 0; term < size; term++) {
      slots[slot(dimensions[term])] = term;
    }
  }

  private static int[] filled(int length) {
    int[] out = new int[length];
    Arrays.fill(out, -1);
    return out;
  }
}
