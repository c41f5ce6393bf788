package io.pandion.wal.objectstore;

import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.ObjectStore;
import java.util.concurrent.atomic.LongAdder;

/// Counts what a store is asked. Any number of threads.
final class CountingObjectStore extends ForwardingObjectStore {
  final LongAdder puts = new LongAdder();
  final LongAdder putBytes = new LongAdder();
  final LongAdder failures = new LongAdder();
  volatile String lastFailure = "";
  final LongAdder others = new LongAdder();

  CountingObjectStore(ObjectStore store) {
    super(store);
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    puts.increment();
    putBytes.add(bytes.length);
    try {
      return super.putIfAbsent(name, bytes);
    } catch (RuntimeException e) {
      failures.increment();
      lastFailure = e.toString();
      throw e;
    }
  }

  @Override
  protected void onRequest() {
    others.increment();
  }
}
