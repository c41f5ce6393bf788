package io.pandion.wal.objectstore;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Records of one channel that go into one object, with those who wait for them.
final class WaitingRun {
  private final ObjectWal wal;
  private final List<byte[]> chunks = new ArrayList<>();
  private final List<CompletableFuture<Void>> waiters = new ArrayList<>();
  private int bytes;
  private long charge;
  private int records;
  private long firstSeq;
  private long lastSeq;
  private long firstTick;
  private long lastTick;

  WaitingRun(ObjectWal wal) {
    this.wal = wal;
  }

  void add(WaitingObject.Chunk chunk) {
    if (records == 0) {
      firstSeq = chunk.firstSeq();
      firstTick = chunk.firstTick();
    }
    lastSeq = chunk.lastSeq();
    lastTick = chunk.lastTick();
    records += chunk.records();
    bytes += chunk.bytes().length;
    charge += chunk.charge();
    chunks.add(chunk.bytes());
    waiters.addAll(chunk.waiters());
  }

  ObjectWal wal() {
    return wal;
  }

  /// Bytes of the messages as they were handed over.
  long charge() {
    return charge;
  }

  long lastSeq() {
    return lastSeq;
  }

  long lastTick() {
    return lastTick;
  }

  /// What goes into the object. The records' own bytes are not needed any more.
  SlotBuilder.Run built() {
    List<byte[]> taken = List.copyOf(chunks);
    chunks.clear();
    return new SlotBuilder.Run(
        wal.pchannel(), taken, bytes, records, firstSeq, lastSeq, firstTick, lastTick);
  }

  /// The same records again, cut out of the object.
  WaitingObject.Chunk chunk(byte[] object, Part part) {
    return new WaitingObject.Chunk(
        wal,
        java.util.Arrays.copyOfRange(object, part.offset(), part.offset() + part.length()),
        charge,
        records,
        firstSeq,
        lastSeq,
        firstTick,
        lastTick,
        List.copyOf(waiters));
  }

  /// The records as they were added.
  WaitingObject.Chunk chunk() {
    byte[] all = new byte[bytes];
    int at = 0;
    for (byte[] one : chunks) {
      System.arraycopy(one, 0, all, at, one.length);
      at += one.length;
    }
    return new WaitingObject.Chunk(
        wal, all, charge, records, firstSeq, lastSeq, firstTick, lastTick, List.copyOf(waiters));
  }

  void complete() {
    waiters.forEach(waiter -> waiter.complete(null));
  }
}
