package io.pandion.wal.objectstore;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Threads, locks, waits and time as the log uses them. Whatever blocks goes through here or waits
/// without a limit, so that a simulation in virtual time can run all of the log. Any number of
/// threads.
interface Threads {
  /// A clock that does not go back.
  long nanos();

  ReentrantLock lock();

  /// Runs every task on a thread of its own.
  ExecutorService requests();

  /// A thread that is not started.
  Thread thread(String name, Runnable task);

  /// As [Condition#awaitNanos]; it may wake early, so that the caller looks again.
  ///
  /// @param lock that the condition belongs to, held
  /// @return what is left of the time
  long await(ReentrantLock lock, Condition condition, long nanos) throws InterruptedException;

  /// Waits so long, or less when interrupted.
  void pause(long nanos);
}
