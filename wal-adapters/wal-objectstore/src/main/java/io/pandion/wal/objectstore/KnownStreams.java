package io.pandion.wal.objectstore;

import io.pandion.storage.ObjectStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;

/// What this provider knows of streams, its own and others', until they are collected. Any number
/// of threads.
final class KnownStreams {
  private final ObjectStore store;
  private final ObjectCache cache;
  private final ExecutorService io;
  private final LowWater lowWater;
  private final RollUps rollUps;
  private final Map<String, StreamIndex> indexes = new ConcurrentHashMap<>();

  KnownStreams(
      ObjectStore store,
      ObjectCache cache,
      ExecutorService io,
      LowWater lowWater,
      RollUps rollUps) {
    this.store = store;
    this.cache = cache;
    this.io = io;
    this.lowWater = lowWater;
    this.rollUps = rollUps;
  }

  StreamIndex index(String stream) {
    return indexes.computeIfAbsent(
        stream, s -> new StreamIndex(StreamId.parse(s), store, cache, io, rollUps));
  }

  /// Removes what a stream holds below what any channel needs, and what is known of it here.
  ///
  /// @param released behind the slots that a channel has just let go
  void collect(String stream, long released) {
    long low = lowWater.collect(StreamId.parse(stream), released);
    if (low >= 0) {
      index(stream).forgetBelow(low);
    } else {
      indexes.remove(stream);
    }
  }
}
