package io.pandion.segment;

/// Truth values of rows, 64 a word: true, unknown, or (neither bit) false. Only rows inside the
/// mask that they were evaluated for mean anything.
final class TruthBits {
  final long[] yes;
  final long[] unknown;

  TruthBits(int words) {
    yes = new long[words];
    unknown = new long[words];
  }

  void setTrue(int row) {
    yes[row >>> 6] |= 1L << row;
  }

  void setUnknown(int row) {
    unknown[row >>> 6] |= 1L << row;
  }

  void set(int row, boolean value) {
    if (value) {
      setTrue(row);
    }
  }

  /// `this := this and other`, where other was evaluated for rows that are not false here.
  void and(TruthBits other) {
    for (int i = 0; i < yes.length; i++) {
      long possible = (yes[i] | unknown[i]) & (other.yes[i] | other.unknown[i]);
      long both = yes[i] & other.yes[i];
      unknown[i] = possible & ~both;
      yes[i] = both;
    }
  }

  /// `this := this or other`, where other was evaluated for rows that are not true here.
  void or(TruthBits other) {
    for (int i = 0; i < yes.length; i++) {
      long either = yes[i] | other.yes[i];
      unknown[i] = (unknown[i] | other.unknown[i]) & ~either;
      yes[i] = either;
    }
  }

  /// `this := not this` for the rows of the mask.
  void not(long[] mask) {
    for (int i = 0; i < yes.length; i++) {
      yes[i] = mask[i] & ~(yes[i] | unknown[i]);
    }
  }
}
