package io.pandion.query;

import io.pandion.model.PandionException;
import io.pandion.segment.SegmentGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/// A fixed number of platform threads that do the work of all reads, a task a segment.
final class SearchPool implements SegmentGroup.Runner, AutoCloseable {
  private final ExecutorService threads;

  SearchPool(String name, int count) {
    threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().name("search-" + name + "-", 0).daemon().factory());
  }

  /// Waits for all tasks, also when one fails; then throws what the first failed one threw.
  @Override
  public <T> List<T> all(List<Supplier<T>> tasks) {
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    try {
      for (Supplier<T> task : tasks) {
        futures.add(threads.submit(task::get));
      }
    } catch (RejectedExecutionException e) {
      futures.forEach(f -> f.cancel(false));
      throw PandionException.unavailable("the query node is closing; retry");
    }
    List<T> results = new ArrayList<>(tasks.size());
    Throwable failure = null;
    for (Future<T> future : futures) {
      try {
        results.add(future.get());
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      } catch (InterruptedException e) {
        futures.forEach(f -> f.cancel(false));
        Thread.currentThread().interrupt();
        throw PandionException.unavailable("the read was interrupted");
      }
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return results;
  }

  @Override
  public void close() {
    threads.close();
  }
}
