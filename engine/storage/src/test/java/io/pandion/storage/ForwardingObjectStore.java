package io.pandion.storage;

import java.nio.file.Path;
import java.util.List;

/// Passes every request on. Twins of stores override what they do otherwise.
public class ForwardingObjectStore implements ObjectStore {
  private final ObjectStore store;

  public ForwardingObjectStore(ObjectStore store) {
    this.store = store;
  }

  /// Before each request that is no [#putIfAbsent].
  protected void onRequest() {}

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    return store.putIfAbsent(name, bytes);
  }

  @Override
  public void putFile(String name, Path file) {
    onRequest();
    store.putFile(name, file);
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    onRequest();
    return store.read(name, offset, length);
  }

  @Override
  public byte[] readAll(String name) {
    onRequest();
    return store.readAll(name);
  }

  @Override
  public Path localCopy(String name, Path directory) {
    onRequest();
    return store.localCopy(name, directory);
  }

  @Override
  public long size(String name) {
    onRequest();
    return store.size(name);
  }

  @Override
  public boolean exists(String name) {
    onRequest();
    return store.exists(name);
  }

  @Override
  public List<String> list(String prefix) {
    onRequest();
    return store.list(prefix);
  }

  @Override
  public void delete(String name) {
    onRequest();
    store.delete(name);
  }

  @Override
  public void close() {
    store.close();
  }
}
