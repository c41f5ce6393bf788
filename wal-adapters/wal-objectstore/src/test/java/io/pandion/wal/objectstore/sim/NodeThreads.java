package io.pandion.wal.objectstore.sim;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// Threads of one incarnation of a node: virtual ones whose continuations a [Clockwork] runs. A
/// node can be paused, and none of its threads gets a turn until it is resumed; or die, and none
/// gets one ever again.
public final class NodeThreads {
  /// Lets others run before it is taken, so that what locks protect is all that is atomic.
  private final class YieldingLock extends ReentrantLock {
    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // the scheduler is the simulation's
    public void lock() {
      if (Thread.currentThread().isVirtual() && clock.coin(YIELD)) {
        Thread.yield();
      }
      super.lock();
    }
  }

  private static final int YIELD = 3;

  private final Clockwork clock;
  private final int id;
  private final Thread.Builder.OfVirtual threads;
  private final List<Runnable> held = new ArrayList<>();
  private boolean paused;
  private boolean dead;

  /// @param onFailure hears of exceptions that end a thread
  NodeThreads(Clockwork clock, int id, Thread.UncaughtExceptionHandler onFailure) {
    this.clock = clock;
    this.id = id;
    this.threads = builder(task -> clock.ready(this, task)).uncaughtExceptionHandler(onFailure);
  }

  /// The JDK has no public way to say who runs the continuations of virtual threads.
  private static Thread.Builder.OfVirtual builder(Executor executor) {
    try {
      Constructor<?> constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return (Thread.Builder.OfVirtual) constructor.newInstance(executor);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("needs --add-opens java.base/java.lang=ALL-UNNAMED", e);
    }
  }

  int id() {
    return id;
  }

  void run(Runnable task) {
    if (paused) {
      held.add(task);
    } else if (!dead) {
      task.run();
    }
  }

  boolean isDead() {
    return dead;
  }

  boolean isPaused() {
    return paused;
  }

  void pauseAll() {
    paused = true;
  }

  void resume() {
    paused = false;
    held.forEach(task -> clock.ready(this, task));
    held.clear();
  }

  void die() {
    dead = true;
    paused = false;
    held.clear();
  }

  public long nanos() {
    return clock.now();
  }

  public ReentrantLock lock() {
    return new YieldingLock();
  }

  public Thread thread(Runnable task) {
    return threads.unstarted(task);
  }

  void start(Runnable task) {
    thread(task).start();
  }

  public ExecutorService requests() {
    return new Requests();
  }

  /// Sleeps, or until interrupted.
  public void sleep(long nanos) {
    Thread me = Thread.currentThread();
    boolean[] due = new boolean[1];
    Clockwork.Event event =
        clock.after(
            nanos,
            () -> {
              due[0] = true;
              LockSupport.unpark(me);
            });
    while (!due[0] && !me.isInterrupted()) {
      LockSupport.park(this);
    }
    event.cancel();
  }

  @SuppressWarnings("WaitNotInLoop") // the caller looks again
  public long await(ReentrantLock lock, Condition condition, long nanos)
      throws InterruptedException {
    if (nanos <= 0) {
      return nanos;
    }
    long end = clock.now() + nanos;
    Clockwork.Event event = clock.after(nanos, () -> start(() -> wake(lock, condition)));
    condition.await();
    event.cancel();
    return end - clock.now();
  }

  private static void wake(ReentrantLock lock, Condition condition) {
    lock.lock();
    try {
      condition.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// A thread for each task; the JDK's own would interrupt them in the order of identity hashes.
  private final class Requests extends AbstractExecutorService {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Set<Thread> running = new LinkedHashSet<>();
    private boolean shutdown;

    @Override
    public void execute(Runnable command) {
      if (shutdown) {
        throw new RejectedExecutionException("shut down");
      }
      Thread thread =
          thread(
              () -> {
                try {
                  command.run();
                } finally {
                  running.remove(Thread.currentThread());
                  wake(lock, ended);
                }
              });
      running.add(thread);
      thread.start();
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown = true;
      List.copyOf(running).forEach(Thread::interrupt);
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown && running.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      lock.lock();
      try {
        long left = unit.toNanos(timeout);
        while (!isTerminated() && left > 0) {
          left = await(lock, ended, left);
        }
        return isTerminated();
      } finally {
        lock.unlock();
      }
    }
  }
}
