package io.pandion.query;

import io.pandion.cluster.SearchTimes;
import io.pandion.cluster.SearchTimes.Stage;
import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The tasks of one read, which several threads take one after the other until none is left. A
/// thread has a permit while it does tasks; after a slice of time, and a task at least, it gives
/// the permit to who waits for one.
final class SharedTasks<T> {
  /// Too long for other reads to wait, too short for a change of threads to count.
  private static final long SLICE_NANOS = 2_000_000;

  private final List<Supplier<T>> tasks;
  private final Semaphore permits;
  private final SearchTimes times;
  private final boolean recorded;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReferenceArray<@Nullable T> done;
  private final AtomicReferenceArray<@Nullable Throwable> failed;
  private final CountDownLatch left;

  /// @param permits fair
  /// @param recorded whether times of tasks are
  SharedTasks(List<Supplier<T>> tasks, Semaphore permits, SearchTimes times, boolean recorded) {
    this.tasks = tasks;
    this.permits = permits;
    this.times = times;
    this.recorded = recorded;
    done = new AtomicReferenceArray<>(tasks.size());
    failed = new AtomicReferenceArray<>(tasks.size());
    left = new CountDownLatch(tasks.size());
  }

  /// Does all tasks that other threads leave. A permit that is free is taken even if others wait
  /// for it, because waking them takes longer than a small read.
  void runAll() {
    boolean more = slice(times.now(), true);
    while (more) {
      more = slice(times.now(), false);
    }
  }

  /// Does tasks for a while; returns whether there are some left.
  ///
  /// @param asked when the thread was asked for
  /// @param atOnce whether a free permit is taken though others wait for it
  boolean slice(long asked, boolean atOnce) {
    if (!more()) {
      return false;
    }
    try {
      if (!atOnce || !permits.tryAcquire()) {
        permits.acquire();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(next(), interrupted());
      return more();
    }
    try {
      long begun = recorded ? times.ended(Stage.QUEUE, asked) : times.now();
      long now = begun;
      for (int task = next(); task < tasks.size(); task = next()) {
        now = run(task, now);
        if (now - begun >= SLICE_NANOS) {
          return more();
        }
      }
      return false;
    } finally {
      permits.release();
    }
  }

  private boolean more() {
    return next.get() < tasks.size();
  }

  private int next() {
    return next.getAndUpdate(n -> Math.min(n + 1, tasks.size()));
  }

  private long run(int task, long begun) {
    try {
      done.set(task, tasks.get(task).get());
      left.countDown();
    } catch (RuntimeException | Error e) {
      fail(task, e);
    }
    return recorded ? times.ended(Stage.SEGMENT, begun) : times.now();
  }

  private void fail(int task, Throwable why) {
    if (task < tasks.size()) {
      failed.set(task, why);
      left.countDown();
    }
  }

  /// Waits for all tasks, also when one fails; then throws what the first failed one threw.
  List<T> results() {
    try {
      left.await();
    } catch (InterruptedException e) {
      next.set(tasks.size());
      Thread.currentThread().interrupt();
      throw interrupted();
    }
    List<T> results = new ArrayList<>(tasks.size());
    for (int i = 0; i < tasks.size(); i++) {
      Throwable failure = failed.get(i);
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      results.add(java.util.Objects.requireNonNull(done.get(i)));
    }
    return results;
  }

  private static PandionException interrupted() {
    return PandionException.unavailable("the read was interrupted");
  }
}
