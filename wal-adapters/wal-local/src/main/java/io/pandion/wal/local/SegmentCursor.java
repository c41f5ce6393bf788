package io.pandion.wal.local;

import io.pandion.model.PandionException;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Walks along the records of one file ([SegmentWriter] has the format) and checks each: checksum,
/// chain, lsn, term, tick. Memory: a buffer, and a body where it is wanted. One thread.
final class SegmentCursor {
  private static final int HEADER = SegmentWriter.RECORD_HEADER;
  private static final int BUFFER = 64 << 10;
  private static final byte[] NONE = {};

  /// What lies at a position.
  enum Found {
    RECORD,
    /// Nothing, or zeros.
    END,
    /// Bytes that are no whole record.
    DAMAGED
  }

  private final FileChannel channel;
  private final Path file;
  private final int seed;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
  private long bufferAt;

  private long position;
  private int previous;
  private long nextLsn;
  private long lastTick;
  private long term;
  private long group;
  private long groupPosition;
  private @Nullable WalMessage message;

  SegmentCursor(FileChannel channel, Path file, SegmentHeader header) {
    this.channel = channel;
    this.file = file;
    this.seed = header.seed();
    this.position = header.length();
    this.previous = seed;
    this.nextLsn = header.firstLsn();
    this.lastTick = header.tickBefore();
    this.groupPosition = position;
    this.term = header.term();
  }

  /// Goes to the next record.
  ///
  /// @param withMessage whether [#message] is wanted
  /// @throws PandionException CORRUPT_DATA at a whole record that does not belong here
  Found next(boolean withMessage) throws IOException {
    message = null;
    long size = channel.size();
    if (!fill(position, HEADER, size)) {
      return allZero(position, size) ? Found.END : Found.DAMAGED;
    }
    int at = (int) (position - bufferAt);
    int stored = buffer.getInt(at);
    int bodyLength = buffer.getInt(at + 4);
    int before = buffer.getInt(at + 8);
    int nameLength = buffer.getInt(at + 12);
    long lsn = buffer.getLong(at + 16);
    long itsTerm = buffer.getLong(at + 24);
    long tick = buffer.getLong(at + 32);
    long itsGroup = buffer.getLong(at + 40);
    if (lsn == 0 && stored == 0 && bodyLength == 0) {
      return allZero(position, size) ? Found.END : Found.DAMAGED;
    }
    if (!lengthsFit(position, bodyLength, nameLength, size)) {
      return Found.DAMAGED;
    }
    long length = SegmentWriter.recordBytes(nameLength, bodyLength);
    byte[] name = new byte[withMessage ? nameLength : 0];
    byte[] body = new byte[withMessage ? bodyLength : 0];
    if (checksum(position, length, size, name, body) != stored) {
      return Found.DAMAGED;
    }
    if (before != previous || lsn != nextLsn || tick <= lastTick || itsTerm < term) {
      throw PandionException.corrupt(
          describe()
              + ": a record with lsn "
              + lsn
              + " and tick "
              + tick
              + " does not belong here");
    }
    if (itsGroup != group) {
      group = itsGroup;
      groupPosition = position;
    }
    if (withMessage) {
      String vchannel = new String(name, StandardCharsets.UTF_8);
      message = new WalMessage(lsn, itsTerm, tick, vchannel, WalBody.ofBytes(body));
    }
    previous = stored;
    nextLsn = lsn + 1;
    lastTick = tick;
    term = itsTerm;
    position += length;
    return Found.RECORD;
  }

  /// Whether a whole record of a group that began after `lsn` lies behind `from`: proof that the
  /// record `lsn` was durable once.
  boolean laterGroupBehind(long from, long lsn) throws IOException {
    long size = channel.size();
    for (long at = from; fill(at, HEADER, size); at += 8) {
      int offset = (int) (at - bufferAt);
      long itsLsn = buffer.getLong(offset + 16);
      long itsGroup = buffer.getLong(offset + 40);
      if (itsGroup > lsn && itsLsn >= itsGroup && itsLsn - lsn <= size / HEADER) {
        int stored = buffer.getInt(offset);
        int bodyLength = buffer.getInt(offset + 4);
        int nameLength = buffer.getInt(offset + 12);
        if (lengthsFit(at, bodyLength, nameLength, size)
            && stored
                == checksum(
                    at, SegmentWriter.recordBytes(nameLength, bodyLength), size, NONE, NONE)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean lengthsFit(long at, int bodyLength, int nameLength, long size) {
    return bodyLength >= 0
        && bodyLength <= Wal.MAX_BODY_BYTES
        && nameLength >= 0
        && nameLength <= SegmentWriter.MAX_VCHANNEL
        && at + SegmentWriter.recordBytes(nameLength, bodyLength) <= size;
  }

  /// CRC of a record that lies within the file; fills `name`, then `body`, with what follows its
  /// header.
  private int checksum(long at, long length, long size, byte[] name, byte[] body)
      throws IOException {
    crc.reset();
    SegmentWriter.update(crc, seed);
    long from = at + 4;
    long end = at + length;
    while (from < end) {
      if (!fill(from, 1, size)) {
        throw new IOException("log file " + file + " became shorter while it was read");
      }
      int offset = (int) (from - bufferAt);
      int count = (int) Math.min(buffer.limit() - offset, end - from);
      crc.update(buffer.array(), offset, count);
      copy(from, count, at + HEADER, name);
      copy(from, count, at + HEADER + name.length, body);
      from += count;
    }
    return (int) crc.getValue();
  }

  /// Copies what `count` buffered bytes from `from` have of the file's bytes from `start`.
  private void copy(long from, int count, long start, byte[] target) {
    long copyFrom = Math.max(from, start);
    long copyEnd = Math.min(from + count, start + target.length);
    if (copyFrom < copyEnd) {
      System.arraycopy(
          buffer.array(),
          (int) (copyFrom - bufferAt),
          target,
          (int) (copyFrom - start),
          (int) (copyEnd - copyFrom));
    }
  }

  /// Has the buffer hold `count` bytes from `at`.
  ///
  /// @return false when the file ends before
  private boolean fill(long at, int count, long size) throws IOException {
    if (at + count > size) {
      return false;
    }
    if (at < bufferAt || at + count > bufferAt + buffer.limit()) {
      buffer.clear();
      bufferAt = at;
      while (buffer.position() < count) {
        if (channel.read(buffer, at + buffer.position()) < 0) {
          buffer.flip();
          return false;
        }
      }
      buffer.flip();
    }
    return true;
  }

  private boolean allZero(long from, long size) throws IOException {
    long at = from;
    while (at < size && fill(at, 1, size)) {
      for (int i = (int) (at - bufferAt); i < buffer.limit(); i++) {
        if (buffer.get(i) != 0) {
          return false;
        }
      }
      at = bufferAt + buffer.limit();
    }
    return true;
  }

  /// Where it stands, for errors.
  String describe() {
    return "log file " + file + " at byte " + position + " (lsn " + nextLsn + ")";
  }

  /// The record just read, when it was wanted.
  @Nullable WalMessage message() {
    return message;
  }

  /// End of the last record.
  long position() {
    return position;
  }

  /// CRC of the last record, or the seed.
  int previous() {
    return previous;
  }

  long nextLsn() {
    return nextLsn;
  }

  long lastTick() {
    return lastTick;
  }

  /// Where the last group begins.
  long groupPosition() {
    return groupPosition;
  }
}
