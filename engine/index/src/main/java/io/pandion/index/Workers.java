package io.pandion.index;

import io.pandion.model.PandionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Shares the work of a build out among platform threads. What a part computes must not depend on
/// who computes it, so that a build gives the same file with any number of threads.
///
/// @param threads at least one, the caller's among them
public record Workers(int threads) {
  /// Work on the items `from` to `to`, not included.
  @FunctionalInterface
  public interface Part {
    void run(int from, int to);
  }

  /// Runs `part` over all of `items`, at most `size` at a time; returns when all is done.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when the thread is interrupted, and whatever a part
  ///   throws
  public void share(int items, int size, Part part) {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    int parts = (int) (((long) items + size - 1) / size);
    Runnable work =
        () -> {
          try {
            for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
              if (Thread.currentThread().isInterrupted()) {
                throw PandionException.unavailable("the build of the index was cancelled");
              }
              part.run(i * size, Math.min(items, i * size + size));
            }
          } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            next.set(parts);
          }
        };
    Thread[] others = new Thread[Math.max(1, Math.min(threads, parts)) - 1];
    for (int i = 0; i < others.length; i++) {
      others[i] = Thread.ofPlatform().daemon().name("pandion-build-" + i).start(work);
    }
    work.run();
    boolean interrupted = join(others);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  /// Waits for all, however often it is interrupted; true when it was.
  private static boolean join(Thread[] others) {
    boolean interrupted = false;
    for (Thread other : others) {
      while (other.isAlive()) {
        try {
          other.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    return interrupted;
  }
}
