package io.pandion.query;

import io.pandion.model.PandionException;
import io.pandion.segment.SegmentGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/// Does the work of all reads, a task a segment, a fixed number of tasks at a time. They run on
/// platform threads: those of the pool, and for the last task of a read the calling thread, if it
/// is one, because a change of threads costs as much as a small search.
final class SearchPool implements SegmentGroup.Runner, AutoCloseable {
  private final ExecutorService threads;
  private final Semaphore permits;
  private final int count;

  SearchPool(String name, int count) {
    threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().name("search-" + name + "-", 0).daemon().factory());
    permits = new Semaphore(count);
    this.count = count;
  }

  /// Waits for all tasks, also when one fails; then throws what the first failed one threw.
  @Override
  public <T> List<T> all(List<Supplier<T>> tasks) {
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    int own = Thread.currentThread().isVirtual() ? tasks.size() : Math.max(0, tasks.size() - 1);
    try {
      for (int i = 0; i < own; i++) {
        Supplier<T> task = tasks.get(i);
        futures.add(threads.submit(() -> permitted(task)));
      }
    } catch (RejectedExecutionException e) {
      futures.forEach(f -> f.cancel(false));
      throw closing();
    }
    if (threads.isShutdown()) {
      throw closing();
    }
    for (int i = own; i < tasks.size(); i++) {
      Supplier<T> task = tasks.get(i);
      FutureTask<T> here = new FutureTask<>(() -> permitted(task));
      here.run();
      futures.add(here);
    }
    return results(futures);
  }

  private <T> T permitted(Supplier<T> task) throws InterruptedException {
    permits.acquire();
    try {
      return task.get();
    } finally {
      permits.release();
    }
  }

  private static <T> List<T> results(List<Future<T>> futures) {
    List<T> results = new ArrayList<>(futures.size());
    Throwable failure = null;
    for (Future<T> future : futures) {
      try {
        results.add(future.get());
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      } catch (InterruptedException e) {
        futures.forEach(f -> f.cancel(false));
        Thread.currentThread().interrupt();
        throw interrupted();
      }
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    if (failure != null) {
      Thread.currentThread().interrupt();
      throw interrupted();
    }
    return results;
  }

  private static PandionException closing() {
    return PandionException.unavailable("the query node is closing; retry");
  }

  private static PandionException interrupted() {
    return PandionException.unavailable("the read was interrupted");
  }

  /// Ends the threads after the reads under way.
  @Override
  public void close() {
    threads.close();
    permits.acquireUninterruptibly(count);
    permits.release(count);
  }
}
