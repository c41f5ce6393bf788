package io.pandion.wal.local;

import io.pandion.wal.WalMessage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// Writes the file that a log grows in. One thread.
///
/// A log is a directory named like its pchannel, with the file of [OwnerFile] and files `{first
/// lsn, 20 digits}.wal`: a header, then records without gaps, all multiples of 8 bytes, big-endian.
///
/// Header:
///
/// | at | type | what |
/// |---|---|---|
/// | 0 | int | magic `PWAL` |
/// | 4 | int | version, 1 |
/// | 8 | int | length of the header |
/// | 12 | int | CRC32C of bytes 0 to 12 and 16 to the end of the header: the *seed* of the file |
/// | 16 | long | lsn of the first record |
/// | 24 | long | term that created the file |
/// | 32 | long | tick of the last message before the file; 0 when there was none |
/// | 40 | long | first lsn of the file before; 0 when there was none |
/// | 48 | int | CRC of the last record before the file (its file's seed, when that has none); 0 |
/// | 52 | int | bytes of the pchannel's name |
/// | 56 | | the name in UTF-8, then zeros |
///
/// Record:
///
/// | at | type | what |
/// |---|---|---|
/// | 0 | int | CRC32C of the seed (int) and bytes 4 to the end of the record |
/// | 4 | int | bytes of the body |
/// | 8 | int | CRC of the record before; of the first record, the seed |
/// | 12 | int | bytes of the vchannel's name |
/// | 16 | long | lsn: the one of the record before, plus 1 |
/// | 24 | long | term: never falls |
/// | 32 | long | tick: rises |
/// | 40 | long | *group*: lsn of the first record that was made durable by the same sync |
/// | 48 | | vchannel in UTF-8, body, then zeros |
///
/// A file ends after its last record; the one that is being written may end with zeros, which are
/// written ahead. A new file is written and synced as `{first lsn}.wal.new`, then renamed, after
/// the file before it is complete and synced.
///
/// One group is written and synced at a time. So a record of a later group proves that all records
/// of earlier groups were durable: a damaged record before it is corruption, while a damaged record
/// with nothing but its own group behind it is an interrupted write, which nobody was told about.
final class SegmentWriter implements Closeable {
  static final int RECORD_HEADER = 48;
  static final int MAX_VCHANNEL = 65_535;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private final FileChannel channel;
  private final ByteBuffer buffer;
  private final int seed;
  private final CRC32C crc = new CRC32C();
  private final NameBytes names = new NameBytes();
  private int preallocateBytes;
  private int previous;
  private long position;
  private long allocated;

  /// @param channel of the file, open to write
  /// @param position end of the last record
  /// @param previous CRC of the last record, or the seed
  /// @param buffer direct, at least [#RECORD_HEADER] + [#MAX_VCHANNEL] + 8 bytes; used by one
  ///   writer at a time
  SegmentWriter(
      FileChannel channel,
      int seed,
      long position,
      int previous,
      ByteBuffer buffer,
      int preallocateBytes)
      throws IOException {
    this.channel = channel;
    this.seed = seed;
    this.position = position;
    this.previous = previous;
    this.buffer = buffer.clear();
    this.preallocateBytes = preallocateBytes;
    this.allocated = channel.size();
  }

  /// Starts a new file; durable, also its name, when it returns.
  static SegmentWriter create(
      Disk disk, LogDirectory directory, SegmentHeader header, ByteBuffer buffer, int preallocate)
      throws IOException {
    Path fresh = directory.freshFile(header.firstLsn());
    FileChannel channel =
        disk.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      ByteBuffer bytes = header.encode();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
      directory.add(header.firstLsn());
      return new SegmentWriter(
          channel, header.seed(), bytes.capacity(), header.seed(), buffer, preallocate);
    } catch (IOException | RuntimeException e) {
      try {
        channel.close();
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /// CRC of the last record, or the seed.
  int previous() {
    return previous;
  }

  /// Length of the file without the zeros at its end.
  long position() {
    return position;
  }

  /// Bytes that a message takes.
  static long recordBytes(int vchannelBytes, int bodyBytes) {
    return ((long) RECORD_HEADER + vchannelBytes + bodyBytes + 7) & -8L;
  }

  /// Before a group: writes zeros ahead of it when it is small and nothing is ahead. When that
  /// fails, it is not tried again: the group itself may still fit.
  void reserve(long groupBytes) {
    long end = position + groupBytes;
    if (end <= allocated || groupBytes > preallocateBytes / 8) {
      return;
    }
    try {
      ByteBuffer zeros = ZEROS.duplicate();
      long at = end;
      while (at < end + preallocateBytes) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), end + preallocateBytes - at));
        at += channel.write(zeros, at);
      }
      allocated = at;
    } catch (IOException e) {
      preallocateBytes = 0;
    }
  }

  /// Adds a record; written by [#sync] at the latest.
  ///
  /// @param group lsn of the first message of the group
  void write(WalMessage message, long group) throws IOException {
    byte[] vchannel = names.of(message.vchannel());
    ByteBuffer body = message.body().encoded();
    long length = recordBytes(vchannel.length, body.remaining());
    boolean fits = length <= buffer.capacity();
    if (buffer.remaining() < (fits ? length : RECORD_HEADER + vchannel.length)) {
      flush();
    }
    int start = buffer.position();
    if (fits) {
      // what pads; all else is written over it
      buffer.putLong(start + (int) length - Long.BYTES, 0);
    }
    buffer.putInt(0).putInt(body.remaining()).putInt(previous).putInt(vchannel.length);
    buffer.putLong(message.lsn()).putLong(message.term()).putLong(message.tick()).putLong(group);
    buffer.put(vchannel);
    crc.reset();
    update(crc, seed);
    if (fits) {
      buffer.put(body).position(start + (int) length);
      updateFrom(start + 4);
      finish(start);
    } else {
      int padding = (int) (length - RECORD_HEADER - vchannel.length - body.remaining());
      updateFrom(start + 4);
      crc.update(body.duplicate());
      for (int i = 0; i < padding; i++) {
        crc.update(0);
      }
      finish(start);
      putLarge(body);
      pad(padding);
    }
  }

  private void finish(int start) {
    previous = (int) crc.getValue();
    buffer.putInt(start, previous);
  }

  private void updateFrom(int start) {
    int end = buffer.position();
    int limit = buffer.limit();
    buffer.position(start).limit(end);
    crc.update(buffer);
    buffer.limit(limit).position(end);
  }

  static void update(CRC32C crc, int value) {
    crc.update(value >>> 24);
    crc.update(value >>> 16);
    crc.update(value >>> 8);
    crc.update(value);
  }

  private void putLarge(ByteBuffer body) throws IOException {
    int end = body.limit();
    while (body.position() < end) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      body.limit(Math.min(end, body.position() + buffer.remaining()));
      buffer.put(body);
      body.limit(end);
    }
  }

  private void pad(int zeros) throws IOException {
    if (buffer.remaining() < zeros) {
      flush();
    }
    for (int i = 0; i < zeros; i++) {
      buffer.put((byte) 0);
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      position += channel.write(buffer, position);
    }
    buffer.clear();
    allocated = Math.max(allocated, position);
  }

  /// All records added so far are durable when it returns.
  void sync() throws IOException {
    flush();
    channel.force(false);
  }

  /// Cuts the zeros off; durable when it returns.
  void complete() throws IOException {
    if (channel.size() > position) {
      channel.truncate(position);
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
