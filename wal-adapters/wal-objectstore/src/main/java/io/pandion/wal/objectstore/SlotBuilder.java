package io.pandion.wal.objectstore;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Puts together the bytes of an object, as [SlotFormat] specifies them. One thread.
final class SlotBuilder {
  /// Records of one channel, encoded.
  record Run(
      String channel,
      List<byte[]> chunks,
      int bytes,
      int records,
      long firstSeq,
      long lastSeq,
      long firstTick,
      long lastTick) {}

  /// An object with what it says of itself.
  @SuppressWarnings("ArrayRecordComponent") // never compared by value
  record Built(byte[] bytes, Slot slot) {}

  private static final int ENTRY = 46;

  private final StreamId stream;
  private final long writer;

  SlotBuilder(StreamId stream, long writer) {
    this.stream = stream;
    this.writer = writer;
  }

  /// @param previous checksum of the slot before
  Built data(long slot, int previous, List<Run> runs) {
    return build(SlotFormat.DATA, slot, previous, runs);
  }

  Built fence(long slot) {
    return build(SlotFormat.FENCE, slot, 0, List.of());
  }

  Built close(long slot) {
    return build(SlotFormat.CLOSE, slot, 0, List.of());
  }

  private Built build(byte kind, long slot, int previous, List<Run> runs) {
    int records = 0;
    int data = 0;
    int index = Integer.BYTES;
    List<byte[]> names = new ArrayList<>();
    for (Run run : runs) {
      byte[] name = run.channel.getBytes(StandardCharsets.UTF_8);
      names.add(name);
      records += run.records;
      data += run.bytes;
      index += ENTRY + name.length;
    }
    int indexOffset = SlotFormat.HEADER + data;
    int trailer = indexOffset + index;
    byte[] bytes = new byte[trailer + SlotFormat.TRAILER];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(SlotFormat.MAGIC).putShort(SlotFormat.VERSION).put(kind).put((byte) 0);
    out.putInt(records).putLong(stream.high()).putLong(stream.low()).putLong(slot);
    out.putLong(writer).putInt(previous).putInt(bytes.length).putInt(0);
    out.putInt(SlotFormat.crc(bytes, 0, SlotFormat.HEADER_CRC));
    List<Part> parts = new ArrayList<>();
    for (Run run : runs) {
      int offset = out.position();
      run.chunks.forEach(out::put);
      parts.add(
          new Part(
              run.channel,
              offset,
              run.bytes,
              run.records,
              run.firstSeq,
              run.lastSeq,
              run.firstTick,
              run.lastTick));
    }
    out.putInt(runs.size());
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      out.putShort((short) names.get(i).length).put(names.get(i));
      out.putInt(part.offset()).putInt(part.length()).putInt(part.records());
      out.putLong(part.firstSeq()).putLong(part.lastSeq());
      out.putLong(part.firstTick()).putLong(part.lastTick());
    }
    int checksum = SlotFormat.crc(bytes, 0, trailer);
    out.putInt(indexOffset).putInt(index).putInt(checksum).putInt(records);
    out.putLong(slot).putLong(SlotFormat.END_MAGIC);
    return new Built(
        bytes,
        new Slot(kind, stream, slot, writer, previous, checksum, bytes.length, List.copyOf(parts)));
  }
}
