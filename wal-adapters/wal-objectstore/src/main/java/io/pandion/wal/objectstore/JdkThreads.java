package io.pandion.wal.objectstore;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Those of the JDK: a platform thread for each stream, a virtual one for each request.
record JdkThreads(LongSupplier clock) implements Threads {
  @Override
  public long nanos() {
    return clock.getAsLong();
  }

  @Override
  public ReentrantLock lock() {
    return new ReentrantLock();
  }

  @Override
  public ExecutorService requests() {
    return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("wal-io-", 0).factory());
  }

  @Override
  public Thread thread(String name, Runnable task) {
    return Thread.ofPlatform().name(name).daemon().unstarted(task);
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // the caller looks again
  public long await(ReentrantLock lock, Condition condition, long nanos)
      throws InterruptedException {
    return condition.awaitNanos(nanos);
  }

  @Override
  public void pause(long nanos) {
    LockSupport.parkNanos(this, nanos);
  }
}
