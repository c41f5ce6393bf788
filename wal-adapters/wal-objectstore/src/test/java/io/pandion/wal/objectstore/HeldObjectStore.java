package io.pandion.wal.objectstore;

import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.ObjectStore;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// Holds creates of some names back until it is told to let them go, as a slow way to a server
/// does. Any number of threads.
final class HeldObjectStore extends ForwardingObjectStore {
  private final Map<String, CountDownLatch> latches = new ConcurrentHashMap<>();
  private final Set<String> held = ConcurrentHashMap.newKeySet();

  HeldObjectStore(ObjectStore store) {
    super(store);
  }

  /// From now on creates of names with this end wait.
  void hold(String nameEnd) {
    latches.put(nameEnd, new CountDownLatch(1));
  }

  /// Names whose creates wait now.
  Set<String> held() {
    return Set.copyOf(held);
  }

  void release() {
    Set.copyOf(latches.keySet()).forEach(this::release);
  }

  void release(String nameEnd) {
    CountDownLatch latch = latches.remove(nameEnd);
    if (latch != null) {
      latch.countDown();
    }
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    Map.copyOf(latches)
        .forEach(
            (end, latch) -> {
              if (name.endsWith(end)) {
                await(name, latch);
              }
            });
    return super.putIfAbsent(name, bytes);
  }

  private void await(String name, CountDownLatch latch) {
    held.add(name);
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      held.remove(name);
    }
  }
}
