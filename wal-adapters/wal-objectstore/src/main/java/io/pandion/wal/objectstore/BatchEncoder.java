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
  private final BodyCompressor compressor;

  /// @param channel checksum of the channel's name
  BatchEncoder(ObjectWal wal, int channel, int objectBytes, BodyCompressor compressor) {
    this.wal = wal;
    this.channel = channel;
    this.objectBytes = objectBytes;
    this.compressor = compressor;
  }

  /// The batch as records, in one piece unless it is larger than an object; the future goes with
  /// the last one.
  List<WaitingObject.Chunk> chunks(List<WalMessage> batch, CompletableFuture<Void> future) {
    List<WaitingObject.Chunk> out = new ArrayList<>();
    List<byte[]> records = new ArrayList<>();
    int bytes = 0;
    int first = 0;
    for (int i = 0; i < batch.size(); i++) {
      byte[] record = RecordCodec.encode(channel, batch.get(i), compressor);
      if (bytes > 0 && (long) bytes + record.length > objectBytes) {
        out.add(chunk(batch.subList(first, i), records, bytes, List.of()));
        records.clear();
        bytes = 0;
        first = i;
      }
      records.add(record);
      bytes += record.length;
    }
    out.add(chunk(batch.subList(first, batch.size()), records, bytes, List.of(future)));
    return out;
  }

  private WaitingObject.Chunk chunk(
      List<WalMessage> messages,
      List<byte[]> records,
      int bytes,
      List<CompletableFuture<Void>> waiters) {
    byte[] all = records.size() == 1 ? records.getFirst() : new byte[bytes];
    if (records.size() > 1) {
      int at = 0;
      for (byte[] record : records) {
        System.arraycopy(record, 0, all, at, record.length);
        at += record.length;
      }
    }
    long charge = messages.stream().mapToLong(m -> m.body().size()).sum();
    WalMessage first = messages.getFirst();
    WalMessage end = messages.getLast();
    return new WaitingObject.Chunk(
        wal,
        all,
        Math.max(bytes, charge),
        messages.size(),
        first.lsn(),
        end.lsn(),
        first.tick(),
        end.tick(),
        waiters);
  }
}
