package io.pandion.wal.objectstore;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Passes everything on. Tests override what they watch.
class ForwardingThreads implements Threads {
  private final Threads threads;

  ForwardingThreads(Threads threads) {
    this.threads = threads;
  }

  @Override
  public long nanos() {
    return threads.nanos();
  }

  @Override
  public ReentrantLock lock() {
    return threads.lock();
  }

  @Override
  public ExecutorService requests() {
    return threads.requests();
  }

  @Override
  public Thread thread(String name, Runnable task) {
    return threads.thread(name, task);
  }

  @Override
  public long await(ReentrantLock lock, Condition condition, long nanos)
      throws InterruptedException {
    return threads.await(lock, condition, nanos);
  }

  @Override
  public void pause(long nanos) {
    threads.pause(nanos);
  }
}
