package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The indexes of a run of DATA slots in one object, version 1, so that a long log is found without
/// a request for each of its slots. Made by the stream's writer from slots that are acknowledged,
/// and so never change; nothing is lost without it. Little-endian; the checksum is a CRC32C.
///
/// ```
/// roll-up := header channel* slot* checksum:i32 (of everything before)
///
/// header (56 bytes)
///    0  magic:i64          "PNDNIDX1"
///    8  version:i16 (= 1)
///   10  kind:u8 (= 4)
///   11  zero:u8
///   12  channels:i32
///   16  stream:i64 i64     high and low half of the stream's name
///   32  slot:i64           the first
///   40  writer:i64         that made all of them
///   48  slots:i32
///   52  length:i32         of the whole object
///
/// channel := name:i16 bytes                                UTF-8, after its length
/// slot    := previous:i32 checksum:i32 length:i32 parts:i32 part*
/// part    := channel:i32 offset:i32 length:i32 records:i32
///            firstSeq:i64 lastSeq:i64 firstTick:i64 lastTick:i64
/// ```
final class RollUp {
  private static final long MAGIC = 0x3158_4449_4E44_4E50L;
  private static final short VERSION = 1;
  private static final byte KIND = 4;
  private static final int HEADER = 56;
  private static final int SLOT = 16;
  private static final int PART = 48;

  private RollUp() {}

  /// @param slots one behind the other, of one writer; one at least
  static byte[] encode(List<Slot> slots) {
    Map<String, Integer> channels = new LinkedHashMap<>();
    int length = HEADER + Integer.BYTES;
    for (Slot slot : slots) {
      length += SLOT + slot.parts().size() * PART;
      slot.parts().forEach(p -> channels.putIfAbsent(p.channel(), channels.size()));
    }
    List<byte[]> names = new ArrayList<>();
    for (String channel : channels.keySet()) {
      names.add(channel.getBytes(StandardCharsets.UTF_8));
      length += Short.BYTES + names.getLast().length;
    }
    Slot first = slots.getFirst();
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC).putShort(VERSION).put(KIND).put((byte) 0).putInt(names.size());
    out.putLong(first.stream().high()).putLong(first.stream().low()).putLong(first.number());
    out.putLong(first.writer()).putInt(slots.size()).putInt(length);
    names.forEach(n -> out.putShort((short) n.length).put(n));
    for (Slot slot : slots) {
      out.putInt(slot.previous()).putInt(slot.checksum()).putInt(slot.length());
      out.putInt(slot.parts().size());
      for (Part part : slot.parts()) {
        out.putInt(java.util.Objects.requireNonNull(channels.get(part.channel())));
        out.putInt(part.offset()).putInt(part.length()).putInt(part.records());
        out.putLong(part.firstSeq()).putLong(part.lastSeq());
        out.putLong(part.firstTick()).putLong(part.lastTick());
      }
    }
    out.putInt(SlotFormat.crc(out.array(), 0, length - Integer.BYTES));
    return out.array();
  }

  /// @param name of the object, for errors
  /// @throws PandionException CORRUPT_DATA when any byte of it is not as it was written, or it is
  ///   another stream's
  static List<Slot> parse(String name, StreamId stream, byte[] bytes) {
    int end = bytes.length - Integer.BYTES;
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (end < HEADER
        || in.getLong() != MAGIC
        || in.getShort() != VERSION
        || in.get() != KIND
        || in.getInt(52) != bytes.length
        || in.getInt(end) != SlotFormat.crc(bytes, 0, end)
        || !new StreamId(in.getLong(16), in.getLong(24)).equals(stream)) {
      throw PandionException.corrupt(
          "log object '" + name + "' is no roll-up of stream " + stream + ", or is damaged");
    }
    try {
      return slots(stream, in);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new PandionException(
          PandionException.Reason.CORRUPT_DATA,
          PandionException.Subject.NONE,
          "log object '" + name + "' ends before it says",
          e);
    }
  }

  private static List<Slot> slots(StreamId stream, ByteBuffer in) {
    in.position(12);
    List<String> channels = new ArrayList<>();
    int names = in.getInt();
    long number = in.getLong(32);
    long writer = in.getLong(40);
    int count = in.getInt(48);
    in.position(HEADER);
    for (int i = 0; i < names; i++) {
      byte[] channel = new byte[in.getShort() & 0xFFFF];
      in.get(channel);
      channels.add(new String(channel, StandardCharsets.UTF_8));
    }
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int previous = in.getInt();
      int checksum = in.getInt();
      int length = in.getInt();
      List<Part> parts = new ArrayList<>();
      for (int left = in.getInt(); left > 0; left--) {
        parts.add(
            new Part(
                channels.get(in.getInt()),
                in.getInt(),
                in.getInt(),
                in.getInt(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong()));
      }
      slots.add(
          new Slot(
              SlotFormat.DATA,
              stream,
              number + i,
              writer,
              previous,
              checksum,
              length,
              List.copyOf(parts)));
    }
    return slots;
  }
}
