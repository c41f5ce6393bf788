package io.pandion.wal.objectstore;

import io.pandion.wal.WalMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Turns batches of one log into records, on the thread that appends and without a lock.
final class BatchEncoder {
  private final ObjectWal wal;
  private final int channel;
  private final int objectBytes;
  private final LogCompressor compressor;

  /// @param channel checksum of the channel's name
  BatchEncoder(ObjectWal wal, int channel, int objectBytes, BodyCompressor compressor) {
    this.wal = wal;
    this.channel = channel;
    this.objectBytes = objectBytes;
    this.compressor = new LogCompressor(compressor);
  }

  /// The batch as records, in one piece unless it is larger than an object; the future goes with
  /// the last one.
  List<WaitingObject.Chunk> chunks(List<WalMessage> batch, CompletableFuture<Void> future) {
    if (batch.size() == 1) {
      byte[] record = RecordCodec.encode(channel, batch.getFirst(), compressor);
      return List.of(chunk(batch, record, List.of(future)));
    }
    List<WaitingObject.Chunk> out = new ArrayList<>();
    List<byte[]> records = new ArrayList<>();
    int bytes = 0;
    int first = 0;
    for (int i = 0; i < batch.size(); i++) {
      byte[] record = RecordCodec.encode(channel, batch.get(i), compressor);
      if (bytes > 0 && (long) bytes + record.length > objectBytes) {
        out.add(chunk(batch.subList(first, i), joined(records, bytes), List.of()));
        records.clear();
        bytes = 0;
        first = i;
      }
      records.add(record);
      bytes += record.length;
    }
    out.add(chunk(batch.subList(first, batch.size()), joined(records, bytes), List.of(future)));
    return out;
  }

  private static byte[] joined(List<byte[]> records, int bytes) {
    byte[] all = new byte[bytes];
    int at = 0;
    for (byte[] record : records) {
      System.arraycopy(record, 0, all, at, record.length);
      at += record.length;
    }
    return all;
  }

  private WaitingObject.Chunk chunk(
      List<WalMessage> messages, byte[] records, List<CompletableFuture<Void>> waiters) {
    long charge = 0;
    for (WalMessage message : messages) {
      charge += message.body().size();
    }
    WalMessage first = messages.getFirst();
    WalMessage end = messages.getLast();
    return new WaitingObject.Chunk(
        wal,
        records,
        Math.max(records.length, charge),
        messages.size(),
        first.lsn(),
        end.lsn(),
        first.tick(),
        end.tick(),
        waiters);
  }
}
