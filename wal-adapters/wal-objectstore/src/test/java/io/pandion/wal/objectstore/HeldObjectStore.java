package io.pandion.wal.objectstore;

import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.ObjectStore;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// Holds creates of some names back, or the replies to them, until it is told to let them go, as a
/// slow way to a server does. Any number of threads.
final class HeldObjectStore extends ForwardingObjectStore {
  private final Map<String, CountDownLatch> latches = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> replies = new ConcurrentHashMap<>();
  private final Set<String> held = ConcurrentHashMap.newKeySet();

  HeldObjectStore(ObjectStore store) {
    super(store);
  }

  /// From now on creates of names with this end wait.
  void hold(String nameEnd) {
    latches.put(nameEnd, new CountDownLatch(1));
  }

  /// From now on creates of names with this end take place, and their replies wait.
  void holdReplies(String nameEnd) {
    replies.put(nameEnd, new CountDownLatch(1));
  }

  /// Names whose creates wait now.
  Set<String> held() {
    return Set.copyOf(held);
  }

  void release() {
    Set.copyOf(latches.keySet()).forEach(this::release);
    replies.values().forEach(CountDownLatch::countDown);
    replies.clear();
  }

  void release(String nameEnd) {
    CountDownLatch latch = latches.remove(nameEnd);
    if (latch != null) {
      latch.countDown();
    }
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    await(name, latches);
    boolean created = super.putIfAbsent(name, bytes);
    await(name, replies);
    return created;
  }

  private void await(String name, Map<String, CountDownLatch> which) {
    Map.copyOf(which)
        .forEach(
            (end, latch) -> {
              if (name.endsWith(end)) {
                await(name, latch);
              }
            });
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
