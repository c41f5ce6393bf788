package io.pandion.wal.objectstore;

import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.ObjectStore;

/// A store that does not look at the condition of a create: what is there goes, and each create
/// says that it succeeded. Any number of threads.
final class OverwritingObjectStore extends ForwardingObjectStore {
  OverwritingObjectStore(ObjectStore store) {
    super(store);
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    while (!super.putIfAbsent(name, bytes)) {
      delete(name);
    }
    return true;
  }
}
