package io.pandion.wal.objectstore;

import io.pandion.storage.ObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Counts what a store is asked. Any number of threads.
final class CountingObjectStore implements ObjectStore {
  private final ObjectStore store;
  final LongAdder puts = new LongAdder();
  final LongAdder putBytes = new LongAdder();
  final LongAdder failures = new LongAdder();
  volatile String lastFailure = "";
  final LongAdder others = new LongAdder();

  CountingObjectStore(ObjectStore store) {
    this.store = store;
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    puts.increment();
    putBytes.add(bytes.length);
    try {
      return store.putIfAbsent(name, bytes);
    } catch (RuntimeException e) {
      failures.increment();
      lastFailure = e.toString();
      throw e;
    }
  }

  @Override
  public void putFile(String name, Path file) {
    others.increment();
    store.putFile(name, file);
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    others.increment();
    return store.read(name, offset, length);
  }

  @Override
  public byte[] readAll(String name) {
    others.increment();
    return store.readAll(name);
  }

  @Override
  public Path localCopy(String name, Path directory) {
    others.increment();
    return store.localCopy(name, directory);
  }

  @Override
  public long size(String name) {
    others.increment();
    return store.size(name);
  }

  @Override
  public boolean exists(String name) {
    others.increment();
    return store.exists(name);
  }

  @Override
  public List<String> list(String prefix) {
    others.increment();
    return store.list(prefix);
  }

  @Override
  public void delete(String name) {
    others.increment();
    store.delete(name);
  }

  @Override
  public void close() {
    store.close();
  }
}
