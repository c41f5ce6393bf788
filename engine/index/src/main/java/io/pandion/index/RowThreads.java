package io.pandion.index;

import io.pandion.model.PandionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Does the same with every row, by several threads. With one it is the caller's, and rows come in
/// their order.
final class RowThreads {
  private final int threads;

  RowThreads(int threads) {
    this.threads = threads;
  }

  int count() {
    return threads;
  }

  /// @param worker makes what one thread does with a row
  /// @throws PandionException UNAVAILABLE_RETRY when the caller is interrupted; nothing runs any
  ///   more
  void each(int rows, Supplier<IntConsumer> worker) {
    AtomicInteger next = new AtomicInteger();
    if (threads == 1) {
      Thread caller = Thread.currentThread();
      IntConsumer own = worker.get();
      for (int row = 0; row < rows; row++) {
        if (caller.isInterrupted()) {
          throw cancelled();
        }
        own.accept(row);
      }
      return;
    }
    AtomicReference<@Nullable Throwable> fault = new AtomicReference<>();
    Thread[] running = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      IntConsumer own = worker.get();
      running[i] =
          Thread.ofPlatform()
              .name("pandion-index-build-" + i)
              .daemon()
              .start(() -> work(own, next, rows, fault));
    }
    join(running, next, rows);
    Throwable thrown = fault.get();
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
  }

  private static void work(
      IntConsumer own, AtomicInteger next, int rows, AtomicReference<@Nullable Throwable> fault) {
    try {
      for (int row = next.getAndIncrement(); row < rows; row = next.getAndIncrement()) {
        own.accept(row);
      }
    } catch (RuntimeException | Error e) {
      fault.compareAndSet(null, e);
      next.set(rows);
    }
  }

  private static void join(Thread[] running, AtomicInteger next, int rows) {
    boolean interrupted = false;
    for (Thread thread : running) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException _) {
          interrupted = true;
          next.set(rows);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw cancelled();
    }
  }

  private static PandionException cancelled() {
    return PandionException.unavailable("the build of the index was cancelled");
  }
}
