package io.pandion.index.sparse;

import java.util.Arrays;

/// Sparse vectors in memory, row by row. One thread adds, then any number reads.
public final class SparseRows {
  private int[] starts = new int[16];
  private int[] dimensions = new int[64];
  private float[] values = new float[64];
  private int rows;

  /// Adds a row behind the last.
  public void add(SparseVector row) {
    int at = starts[rows];
    int end = Math.addExact(at, row.size());
    if (end > values.length) {
      int room = (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, 2L * values.length));
      dimensions = Arrays.copyOf(dimensions, room);
      values = Arrays.copyOf(values, room);
    }
    for (int i = 0; i < row.size(); i++) {
      dimensions[at + i] = row.dimension(i);
      values[at + i] = row.value(i);
    }
    if (++rows == starts.length) {
      starts = Arrays.copyOf(starts, 2 * rows);
    }
    starts[rows] = end;
  }

  public int rows() {
    return rows;
  }

  /// Where the values of a row start; those of the last row end at `start(rows())`.
  public int start(int row) {
    return starts[row];
  }

  /// Dimension of the i-th value of all, unsigned.
  public int dimension(int i) {
    return dimensions[i];
  }

  /// The i-th value of all.
  public float value(int i) {
    return values[i];
  }
}
