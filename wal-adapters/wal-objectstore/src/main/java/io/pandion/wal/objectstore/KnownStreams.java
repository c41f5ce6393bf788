package io.pandion.wal.objectstore;

import io.pandion.storage.ObjectStore;
import java.util.Map;
import java.util.Optional;
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
  private final Optional<Strays> strays;
  private final Map<String, StreamIndex> indexes = new ConcurrentHashMap<>();

  /// @param strays absent where the bucket creates objects once only
  KnownStreams(
      ObjectStore store,
      ObjectCache cache,
      ExecutorService io,
      LowWater lowWater,
      RollUps rollUps,
      Optional<Strays> strays) {
    this.store = store;
    this.cache = cache;
    this.io = io;
    this.lowWater = lowWater;
    this.rollUps = rollUps;
    this.strays = strays;
  }

  StreamIndex index(String stream) {
    return indexes.computeIfAbsent(
        stream, s -> new StreamIndex(StreamId.parse(s), store, cache, io, rollUps));
  }

  /// Removes what a stream holds below what any channel needs, and what is known of it here.
  ///
  /// @param released behind the slots that a channel has just let go
  void collect(String stream, long released) {
    StreamId id = StreamId.parse(stream);
    // before, so that a stream is not forgotten that holds any
    strays.ifPresent(s -> s.sweep(id));
    long low = lowWater.collect(id, released);
    if (low >= 0) {
      index(stream).forgetBelow(low);
    } else {
      indexes.remove(stream);
      strays.ifPresent(s -> s.forget(id));
    }
  }
}
