package io.pandion.wal.objectstore.sim;

/// Something that always holds. It sees everything that happens, in order.
interface Invariant {
  /// @throws Violation when it does not hold
  void see(Happening happening);
}
