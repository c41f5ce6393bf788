package io.pandion.wal.local;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The end of a log, found when it is opened.
///
/// @param position end of the last record in the last file
/// @param previous CRC of the last record, or the seed of the last file
record LogEnd(SegmentHeader header, long position, int previous, long nextLsn, long lastTick) {

  /// Walks along the last file, cuts an interrupted write off and makes what remains durable. Under
  /// the owner's lock. Earlier files are checked when they are read.
  ///
  /// The last group is written again, as it is: should its sync have failed, the system may show
  /// it, count it as clean, and never have written it.
  ///
  /// @param acknowledged lsn below which messages are known to have been durable
  /// @throws PandionException CORRUPT_DATA when a record is damaged that was durable
  static LogEnd recover(Disk disk, LogDirectory directory, long acknowledged) throws IOException {
    long last = directory.firstLsns().getLast();
    SegmentHeader header = directory.header(disk, last);
    Path file = directory.file(last);
    try (FileChannel channel = disk.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      SegmentCursor cursor = new SegmentCursor(channel, file, header);
      SegmentCursor.Found found = SegmentCursor.Found.RECORD;
      while (found == SegmentCursor.Found.RECORD) {
        found = cursor.next(false);
      }
      if (cursor.nextLsn() < acknowledged
          || (found == SegmentCursor.Found.DAMAGED
              && cursor.laterGroupBehind(cursor.position(), cursor.nextLsn()))) {
        throw PandionException.corrupt(
            "channel "
                + directory.pchannel()
                + ": "
                + cursor.describe()
                + ": the record is damaged or missing, and it was acknowledged: restore the file");
      }
      if (channel.size() > cursor.position()) {
        channel.truncate(cursor.position());
      }
      writeAgain(channel, cursor.groupPosition(), cursor.position());
      channel.force(true);
      return new LogEnd(
          header, cursor.position(), cursor.previous(), cursor.nextLsn(), cursor.lastTick());
    }
  }

  private static void writeAgain(FileChannel channel, long from, long end) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    long at = from;
    while (at < end) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
      if (channel.read(buffer, at) < 0) {
        throw new IOException("log file became shorter while it was read");
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        at += channel.write(buffer, at);
      }
    }
  }
}
