package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an object of the log says of itself: its header, its checksum and its index. The records
/// are decoded by [RecordCodec].
///
/// @param checksum of the whole, which the next slot repeats
record Slot(
    byte kind,
    StreamId stream,
    long number,
    long writer,
    int previous,
    int checksum,
    int length,
    List<Part> parts) {

  /// The part of a channel, or null when it has no record here.
  @Nullable Part part(String channel) {
    for (Part part : parts) {
      if (part.channel().equals(channel)) {
        return part;
      }
    }
    return null;
  }

  boolean data() {
    return kind == SlotFormat.DATA;
  }

  /// Checks an object and reads its index.
  ///
  /// @param name of the object, for errors
  /// @throws PandionException CORRUPT_DATA when any byte of it is not as it was written, or it is
  ///   another slot's
  static Slot parse(String name, StreamId stream, long number, byte[] bytes) {
    if (bytes.length < SlotFormat.HEADER + SlotFormat.TRAILER) {
      throw corrupt(name, "has " + bytes.length + " bytes only");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getLong(0) != SlotFormat.MAGIC || in.getShort(8) != SlotFormat.VERSION) {
      throw corrupt(name, "is no log object of version 1");
    }
    if (in.getInt(SlotFormat.HEADER_CRC) != SlotFormat.crc(bytes, 0, SlotFormat.HEADER_CRC)) {
      throw corrupt(name, "fails the checksum of its header");
    }
    StreamId found = new StreamId(in.getLong(16), in.getLong(24));
    if (!found.equals(stream) || in.getLong(32) != number) {
      throw corrupt(name, "says it is slot " + in.getLong(32) + " of stream " + found);
    }
    int trailer = bytes.length - SlotFormat.TRAILER;
    if (in.getInt(52) != bytes.length
        || in.getLong(trailer + 24) != SlotFormat.END_MAGIC
        || in.getLong(trailer + 16) != number) {
      throw corrupt(name, "has " + bytes.length + " bytes, or another end, than it says");
    }
    int checksum = in.getInt(trailer + 8);
    if (checksum != SlotFormat.crc(bytes, 0, trailer)) {
      throw corrupt(name, "fails its checksum");
    }
    List<Part> parts = parts(name, in, in.getInt(trailer), in.getInt(trailer + 4), trailer);
    return new Slot(
        in.get(10),
        stream,
        number,
        in.getLong(40),
        in.getInt(48),
        checksum,
        bytes.length,
        List.copyOf(parts));
  }

  private static List<Part> parts(String name, ByteBuffer in, int offset, int length, int trailer) {
    if (offset < SlotFormat.HEADER || length < 4 || offset + length != trailer) {
      throw corrupt(name, "has no index where it says");
    }
    in.position(offset);
    int count = in.getInt();
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] channel = new byte[in.getShort() & 0xFFFF];
      in.get(channel);
      parts.add(
          new Part(
              new String(channel, StandardCharsets.UTF_8),
              in.getInt(),
              in.getInt(),
              in.getInt(),
              in.getLong(),
              in.getLong(),
              in.getLong(),
              in.getLong()));
    }
    return parts;
  }

  private static PandionException corrupt(String name, String what) {
    return PandionException.corrupt("log object '" + name + "' " + what);
  }
}
