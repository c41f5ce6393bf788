package io.pandion.wal.local;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/// The first bytes of a file; the format is specified in [SegmentWriter].
///
/// @param firstLsn of the file
/// @param term that created it
/// @param tickBefore tick of the last message before the file, or 0
/// @param fileBefore first lsn of the file before, or 0
/// @param crcBefore CRC of the last record before the file, or 0
record SegmentHeader(
    String pchannel, long firstLsn, long term, long tickBefore, long fileBefore, int crcBefore) {
  static final int FIXED = 56;
  private static final int MAGIC = 0x5057414C;
  private static final int VERSION = 1;
  private static final int MAX_NAME = 255;

  /// All bytes of the header.
  ByteBuffer encode() {
    byte[] name = pchannel.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate((FIXED + name.length + 7) & -8);
    out.putInt(MAGIC).putInt(VERSION).putInt(out.capacity()).putInt(0);
    out.putLong(firstLsn).putLong(term).putLong(tickBefore).putLong(fileBefore);
    out.putInt(crcBefore).putInt(name.length).put(name);
    out.putInt(12, crc(out));
    return out.clear();
  }

  /// CRC of the header: the seed of the file's records.
  int seed() {
    return encode().getInt(12);
  }

  int length() {
    return encode().capacity();
  }

  private static int crc(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, 12));
    crc.update(header.slice(16, header.capacity() - 16));
    return (int) crc.getValue();
  }

  /// @throws PandionException CORRUPT_DATA when it is not the whole header of a file of `pchannel`
  static SegmentHeader read(FileChannel channel, Path file, String pchannel) throws IOException {
    ByteBuffer fixed = bytes(channel, FIXED);
    if (fixed.hasRemaining() || fixed.getInt(0) != MAGIC) {
      throw PandionException.corrupt("log file " + file + ": it does not begin with a header");
    }
    int version = fixed.getInt(4);
    int length = fixed.getInt(8);
    if (length < FIXED || length > FIXED + MAX_NAME + 7 || length % 8 != 0) {
      throw PandionException.corrupt("log file " + file + ": its header has length " + length);
    }
    ByteBuffer all = bytes(channel, length);
    int nameLength = all.getInt(52);
    if (all.hasRemaining()
        || all.getInt(12) != crc(all)
        || nameLength < 0
        || FIXED + nameLength > length) {
      throw PandionException.corrupt("log file " + file + ": its header fails its checksum");
    }
    if (version != VERSION) {
      throw PandionException.unsupported(
          "log file " + file + " has version " + version + "; this program reads " + VERSION);
    }
    String name = StandardCharsets.UTF_8.decode(all.slice(FIXED, nameLength)).toString();
    if (!name.equals(pchannel)) {
      throw PandionException.corrupt(
          "log file " + file + " belongs to channel " + name + ", not to " + pchannel);
    }
    return new SegmentHeader(
        name, all.getLong(16), all.getLong(24), all.getLong(32), all.getLong(40), all.getInt(48));
  }

  /// The first bytes; fewer (`hasRemaining`) when the file is shorter.
  private static ByteBuffer bytes(FileChannel channel, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    int read = 0;
    while (read >= 0 && buffer.hasRemaining()) {
      read = channel.read(buffer, buffer.position());
    }
    return buffer;
  }
}
