package io.pandion.index;

import java.util.Arrays;

/// A set of rows that is emptied by counting up an epoch. One thread; two bytes a row; allocates
/// only to grow.
final class Visited {
  private short[] epochs = {};
  private short epoch;

  void reset(int rows) {
    if (epochs.length < rows) {
      epochs = new short[rows];
      epoch = 0;
    }
    epoch++;
    if (epoch == 0) {
      Arrays.fill(epochs, (short) 0);
      epoch = 1;
    }
  }

  /// Adds a row; false when it was there.
  boolean add(int row) {
    if (epochs[row] == epoch) {
      return false;
    }
    epochs[row] = epoch;
    return true;
  }
}
