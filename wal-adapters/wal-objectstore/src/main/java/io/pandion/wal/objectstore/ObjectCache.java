package io.pandion.wal.objectstore;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The bytes of recent objects, the least recently used go first. Any number of threads.
final class ObjectCache {
  private final long limit;
  private final Map<String, byte[]> objects = new LinkedHashMap<>(64, 0.75f, true);
  private long bytes;

  ObjectCache(long limit) {
    this.limit = limit;
  }

  synchronized byte @Nullable [] get(String name) {
    return objects.get(name);
  }

  synchronized void put(String name, byte[] object) {
    if (object.length > limit) {
      return;
    }
    byte[] before = objects.put(name, object);
    bytes += object.length - (before == null ? 0 : before.length);
    Iterator<byte[]> oldest = objects.values().iterator();
    while (bytes > limit) {
      bytes -= oldest.next().length;
      oldest.remove();
    }
  }

  synchronized void remove(String name) {
    byte[] before = objects.remove(name);
    bytes -= before == null ? 0 : before.length;
  }
}
