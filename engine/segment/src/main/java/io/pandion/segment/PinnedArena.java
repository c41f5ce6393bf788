package io.pandion.segment;

import io.pandion.model.PandionException;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Mapped files that are unmapped when they are closed and the last reader is done. Any number of
/// threads.
final class PinnedArena implements AutoCloseable {
  private final String owner;
  private final Arena arena;
  private final AtomicInteger users = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  /// @param owner what messages call it
  PinnedArena(String owner, Arena arena) {
    this.owner = owner;
    this.arena = arena;
  }

  /// For mapping more while it is pinned.
  Arena memory() {
    return arena;
  }

  /// A read during which everything stays mapped.
  ///
  /// @throws PandionException NOT_FOUND SEGMENT when it is closed
  <T> T pinned(Supplier<T> read) {
    pin();
    try {
      return read.get();
    } finally {
      unpin();
    }
  }

  /// Keeps everything mapped until [#unpin].
  ///
  /// @throws PandionException NOT_FOUND SEGMENT when it is closed
  void pin() {
    if (!tryPin()) {
      throw PandionException.notFound(
          PandionException.Subject.SEGMENT, owner + " was released; repeat the request");
    }
  }

  /// Pins, unless it was closed, even when readers still use it.
  ///
  /// @return whether it did
  boolean retain() {
    return !closed.get() && tryPin();
  }

  private boolean tryPin() {
    int seen = users.get();
    while (seen > 0) {
      if (users.compareAndSet(seen, seen + 1)) {
        return true;
      }
      seen = users.get();
    }
    return false;
  }

  void unpin() {
    if (users.decrementAndGet() == 0) {
      arena.close();
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      unpin();
    }
  }
}
