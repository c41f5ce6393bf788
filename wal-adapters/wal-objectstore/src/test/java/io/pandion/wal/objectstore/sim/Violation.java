package io.pandion.wal.objectstore.sim;

/// An invariant does not hold.
final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String invariant;

  Violation(Class<?> invariant, String what) {
    super(invariant.getSimpleName() + ": " + what);
    this.invariant = invariant.getSimpleName();
  }

  String invariant() {
    return invariant;
  }
}
