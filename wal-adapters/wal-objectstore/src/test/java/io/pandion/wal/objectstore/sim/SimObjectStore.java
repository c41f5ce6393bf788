package io.pandion.wal.objectstore.sim;

import io.pandion.storage.MemoryObjectStore;
import io.pandion.storage.ObjectStore;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The bucket as one node sees it. What it keeps of the contract is all that real stores keep: a
/// name is created once.
final class SimObjectStore implements ObjectStore {
  private static final int KIND = 10;

  private final MemoryObjectStore bucket;
  private final Wire wire;
  private final Weather weather;
  private final History history;
  private final String node;
  private final Map<String, Integer> creating = new HashMap<>();

  SimObjectStore(
      MemoryObjectStore bucket, Wire wire, Weather weather, History history, String node) {
    this.bucket = bucket;
    this.wire = wire;
    this.weather = weather;
    this.history = history;
    this.node = node;
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    String folder = name.substring(0, name.lastIndexOf('/'));
    byte[] sent = bytes.clone();
    int under = creating.merge(folder, 1, Integer::sum);
    history.add(new Happening.Creating(node, folder, under));
    try {
      return wire.call(weather.write(), () -> create(name, sent));
    } finally {
      creating.merge(folder, -1, Integer::sum);
    }
  }

  private boolean create(String name, byte[] bytes) {
    boolean created = bucket.putIfAbsent(name, bytes);
    if (created) {
      history.add(new Happening.Created(node, name, kind(bytes), bytes.length));
    }
    return created;
  }

  private static int kind(byte[] bytes) {
    return bytes.length > KIND ? bytes[KIND] : 0;
  }

  @Override
  public void putFile(String name, Path file) {
    throw new UnsupportedOperationException();
  }

  private <T> T reading(Supplier<T> request) {
    return wire.call(weather.read(), request);
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    return reading(() -> bucket.read(name, offset, length));
  }

  @Override
  public byte[] readAll(String name) {
    return reading(() -> bucket.readAll(name));
  }

  @Override
  public Path localCopy(String name, Path directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long size(String name) {
    return reading(() -> bucket.size(name));
  }

  @Override
  public boolean exists(String name) {
    return reading(() -> bucket.exists(name));
  }

  @Override
  public List<String> list(String prefix) {
    return reading(() -> bucket.list(prefix));
  }

  @Override
  public void delete(String name) {
    boolean _ = wire.call(weather.write(), () -> remove(name));
  }

  private boolean remove(String name) {
    if (!bucket.exists(name)) {
      return false;
    }
    history.add(new Happening.Deleted(node, name, kind(bucket.readAll(name))));
    bucket.delete(name);
    return true;
  }

  @Override
  public void close() {}
}
