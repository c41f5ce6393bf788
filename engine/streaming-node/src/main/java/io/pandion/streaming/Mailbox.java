package io.pandion.streaming;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A queue from many threads to one, without locks: the reader parks while it is empty.
final class Mailbox<T> {
  private final ConcurrentLinkedQueue<T> queue = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Thread parked;

  void put(T item) {
    queue.add(item);
    Thread reader = parked;
    if (reader != null) {
      LockSupport.unpark(reader);
    }
  }

  @Nullable T poll() {
    return queue.poll();
  }

  /// Waits for an item; null when the thread was interrupted.
  @Nullable T take() {
    T item = queue.poll();
    while (item == null) {
      parked = Thread.currentThread();
      item = queue.poll();
      if (item == null) {
        if (Thread.interrupted()) {
          parked = null;
          return null;
        }
        LockSupport.park(this);
        item = queue.poll();
      }
      parked = null;
    }
    return item;
  }
}
