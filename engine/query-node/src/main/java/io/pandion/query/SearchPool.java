package io.pandion.query;

import io.pandion.cluster.SearchTimes;
import io.pandion.model.PandionException;
import io.pandion.segment.SegmentGroup;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// Does the work of all reads, a fixed number of tasks at a time. They run on platform threads: the
/// calling thread, if it is one, because a change of threads costs as much as a small search, and
/// those of the pool, which help while there are tasks left. Between two tasks of a read others
/// that wait have their turn.
final class SearchPool implements SegmentGroup.Runner, AutoCloseable {
  private final ThreadPoolExecutor threads;
  private final Semaphore permits;
  private final int count;
  private final SearchTimes times;

  /// Held by reads, so that a close can wait for them.
  private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();

  /// @param times where the time of searches goes
  SearchPool(String name, int count, SearchTimes times) {
    threads =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("search-" + name + "-", 0).daemon().factory());
    permits = new Semaphore(count, true);
    this.count = count;
    this.times = times;
  }

  @Override
  public int threads() {
    return count;
  }

  /// Waits for all tasks, also when one fails; then throws what the first failed one threw.
  @Override
  public <T> List<T> all(List<Supplier<T>> tasks) {
    return all(tasks, false);
  }

  /// The same, and records how long each task waited and took.
  SegmentGroup.Runner timed() {
    return new SegmentGroup.Runner() {
      @Override
      public <T> List<T> all(List<Supplier<T>> tasks) {
        return SearchPool.this.all(tasks, true);
      }

      @Override
      public int threads() {
        return count;
      }
    };
  }

  private <T> List<T> all(List<Supplier<T>> tasks, boolean recorded) {
    if (threads.isShutdown() || !open.readLock().tryLock()) {
      throw closing();
    }
    try {
      SharedTasks<T> shared = new SharedTasks<>(tasks, permits, times, recorded);
      boolean here = !Thread.currentThread().isVirtual();
      int helpers = here ? Math.min(count, tasks.size()) - 1 : Math.min(count, tasks.size());
      boolean helped = false;
      for (int i = 0; i < helpers; i++) {
        helped |= help(shared, times.now());
      }
      if (!here && !helped && !tasks.isEmpty()) {
        throw closing();
      }
      if (here) {
        shared.runAll();
      }
      return shared.results();
    } finally {
      open.readLock().unlock();
    }
  }

  /// Lets a thread of the pool do tasks; returns whether it will.
  private boolean help(SharedTasks<?> shared, long since) {
    try {
      threads.execute(() -> turn(shared, since));
      return true;
    } catch (RejectedExecutionException e) {
      return false; // closing: who has begun goes on
    }
  }

  /// Does tasks until there are none, or another read waits for the thread: then at the end of the
  /// queue.
  private void turn(SharedTasks<?> shared, long since) {
    long asked = since;
    while (shared.slice(asked, false)) {
      asked = times.now();
      if (!threads.getQueue().isEmpty() && help(shared, asked)) {
        return;
      }
    }
  }

  /// Threads that wait for their turn.
  int waiting() {
    return permits.getQueueLength();
  }

  private static PandionException closing() {
    return PandionException.unavailable("the query node is closing; retry");
  }

  /// Ends the threads after the reads under way.
  @Override
  public void close() {
    threads.shutdown();
    open.writeLock().lock();
    try {
      threads.close();
    } finally {
      open.writeLock().unlock();
    }
  }
}
