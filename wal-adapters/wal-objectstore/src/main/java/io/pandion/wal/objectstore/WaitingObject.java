package io.pandion.wal.objectstore;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// What the next object will hold.
final class WaitingObject {
  /// Encoded records of one channel, one behind the other.
  ///
  /// @param charge bytes of the messages as they were handed over, before compression
  /// @param waiters complete when all of them are durable
  @SuppressWarnings("ArrayRecordComponent") // never compared by value
  record Chunk(
      ObjectWal wal,
      byte[] bytes,
      long charge,
      int records,
      long firstSeq,
      long lastSeq,
      long firstTick,
      long lastTick,
      List<CompletableFuture<Void>> waiters) {}

  private final Map<ObjectWal, WaitingRun> runs = new LinkedHashMap<>();
  private int bytes;

  void add(Chunk chunk) {
    runs.computeIfAbsent(chunk.wal(), WaitingRun::new).add(chunk);
    bytes += chunk.bytes().length;
  }

  int bytes() {
    return bytes;
  }

  List<WaitingRun> runs() {
    return List.copyOf(runs.values());
  }

  List<SlotBuilder.Run> built() {
    return runs.values().stream().map(WaitingRun::built).toList();
  }

  List<Chunk> chunks() {
    return runs.values().stream().map(WaitingRun::chunk).toList();
  }
}
