package io.pandion.wal.objectstore.sim;

import io.pandion.storage.ObjectStore;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The bucket as one node sees it. What it keeps of the contract is all that real stores keep: a
/// name is created once; or not even that.
final class SimObjectStore implements ObjectStore {
  private final SimBucket bucket;
  private final Wire wire;
  private final Weather weather;
  private final History history;
  private final String node;
  private final Map<String, Integer> creating = new HashMap<>();

  SimObjectStore(SimBucket bucket, Wire wire, Weather weather, History history, String node) {
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
      return wire.call(weather.write(), () -> bucket.create(node, name, sent));
    } finally {
      creating.merge(folder, -1, Integer::sum);
    }
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
    return reading(() -> bucket.objects.read(name, offset, length));
  }

  @Override
  public byte[] readAll(String name) {
    return reading(() -> bucket.objects.readAll(name));
  }

  @Override
  public Path localCopy(String name, Path directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long size(String name) {
    return reading(() -> bucket.objects.size(name));
  }

  @Override
  public boolean exists(String name) {
    return reading(() -> bucket.objects.exists(name));
  }

  @Override
  public List<String> list(String prefix) {
    return reading(() -> bucket.objects.list(prefix));
  }

  @Override
  public void delete(String name) {
    boolean _ = wire.call(weather.write(), () -> bucket.delete(node, name));
  }

  @Override
  public void close() {}
}
