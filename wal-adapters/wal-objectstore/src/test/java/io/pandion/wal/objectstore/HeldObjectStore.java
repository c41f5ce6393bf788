package io.pandion.wal.objectstore;

import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.ObjectStore;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// Holds creates of some names back until it is told to let them go, as a slow way to a server
/// does. Any number of threads.
final class HeldObjectStore extends ForwardingObjectStore {
  private final CountDownLatch released = new CountDownLatch(1);
  private final Set<String> held = ConcurrentHashMap.newKeySet();
  private volatile String end = "nothing";

  HeldObjectStore(ObjectStore store) {
    super(store);
  }

  /// From now on creates of names with this end wait.
  void hold(String nameEnd) {
    end = nameEnd;
  }

  /// Whether a create waits.
  boolean holds() {
    return !held.isEmpty();
  }

  void release() {
    released.countDown();
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    if (name.endsWith(end)) {
      held.add(name);
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return super.putIfAbsent(name, bytes);
  }
}
