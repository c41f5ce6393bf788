package io.pandion.wal.objectstore;

import io.pandion.storage.ObjectStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Collects objects that the meta store does not name: of writers that died between object and
/// name, or lost a race and could not remove theirs. Any number of threads.
///
/// Only in streams that have ended: there every slot before the end has its object, or was
/// collected, and nobody reads behind the end. What a writer that was paused names there afterwards
/// names nothing, in a slot that nobody reads. In a stream that is written, an object without a
/// name may get it yet, so that it stays, however old it is; and so may a fence at the end of a
/// stream that was closed before it held anything.
///
/// Cost: one listing of a stream that ended, in the bucket and in the meta store, before the first
/// of its slots is collected; at most as many objects as were under way are found.
final class Strays {
  private final ObjectStore bucket;
  private final MetaNamedObjects named;
  private final WalMeta meta;
  private final Set<String> swept = ConcurrentHashMap.newKeySet();

  /// @param bucket as it is, below the names
  Strays(ObjectStore bucket, MetaNamedObjects named, WalMeta meta) {
    this.bucket = bucket;
    this.named = named;
    this.meta = meta;
  }

  /// Called before slots of a stream are collected.
  void sweep(StreamId stream) {
    String text = stream.text();
    long end =
        meta.stream(text)
            .map(WalMeta.SeenStream::record)
            .filter(record -> record.state() != StreamRecord.State.OPEN)
            .map(StreamRecord::end)
            .orElse(-1L);
    if (end < 0 || swept.contains(text)) {
      return;
    }
    String folder = stream.folder();
    // In this order: what is named meanwhile is not taken for a stray.
    List<String> objects = bucket.list(folder);
    Map<String, String> attempts = named.attempts(folder);
    for (String object : objects) {
      int dot = object.indexOf('.', folder.length());
      String name = dot < 0 ? object : object.substring(0, dot);
      String attempt = attempts.get(name);
      boolean mayGetName = attempt == null && name.equals(stream.object(end));
      if (dot >= 0 && !mayGetName && !object.substring(dot + 1).equals(attempt)) {
        bucket.delete(object);
      }
    }
    named.giveUp(folder);
    swept.add(text);
  }

  /// A stream is not known any more.
  void forget(StreamId stream) {
    swept.remove(stream.text());
  }
}
