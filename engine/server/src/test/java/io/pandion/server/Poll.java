package io.pandion.server;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what another process does, with a deadline.
final class Poll {
  private static final Duration MOST = Duration.ofSeconds(60);

  private Poll() {}

  /// @throws AssertionError when it does not become true in time
  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + MOST.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("still not after " + MOST + ": " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}
