package io.pandion.wal.local;

import io.pandion.model.PandionException;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Walks over the files of a log up to an end that was durable when it was made. Truncation keeps
/// its files until it is closed. One thread; [#keeps] any.
final class LocalWalReader implements WalReader {
  private final Disk disk;
  private final LogDirectory directory;
  private final List<Long> files;
  private final long from;
  private final long end;
  private final long keeps;
  private final Consumer<LocalWalReader> onClose;
  private int file;
  private @Nullable FileChannel channel;
  private @Nullable SegmentCursor cursor;

  /// @param end lsn at which it stops
  LocalWalReader(
      Disk disk, LogDirectory directory, long from, long end, Consumer<LocalWalReader> onClose) {
    this.disk = disk;
    this.directory = directory;
    this.files = directory.firstLsns();
    this.from = from;
    this.end = end;
    this.onClose = onClose;
    while (file + 1 < files.size() && files.get(file + 1) <= from) {
      file++;
    }
    this.keeps = files.get(file);
  }

  /// First lsn of the oldest file that it may read.
  long keeps() {
    return keeps;
  }

  @Override
  public @Nullable WalMessage next() {
    try {
      while (true) {
        SegmentCursor at = cursor == null ? open(null) : cursor;
        if (at.nextLsn() >= end || from >= end) {
          return null;
        }
        if (file + 1 < files.size() && at.nextLsn() == files.get(file + 1)) {
          if (at.next(false) != SegmentCursor.Found.END) {
            throw PandionException.corrupt(at.describe() + ": bytes follow the last record");
          }
          file++;
          at = open(at);
        }
        boolean wanted = at.nextLsn() >= from;
        if (at.next(wanted) != SegmentCursor.Found.RECORD) {
          throw PandionException.corrupt(
              "channel "
                  + directory.pchannel()
                  + ": "
                  + at.describe()
                  + ": the record is damaged or missing: restore the file");
        }
        if (wanted) {
          return at.message();
        }
      }
    } catch (IOException e) {
      throw new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.CHANNEL,
          "channel " + directory.pchannel() + ": cannot read the log: " + e,
          e);
    }
  }

  private SegmentCursor open(@Nullable SegmentCursor before) throws IOException {
    closeChannel();
    long first = files.get(file);
    Path path = directory.file(first);
    SegmentHeader header = directory.header(disk, first);
    if (before != null
        && (header.crcBefore() != before.previous() || header.tickBefore() != before.lastTick())) {
      throw PandionException.corrupt(
          "log file " + path + ": it does not follow the file before: " + before.describe());
    }
    FileChannel opened = disk.open(path, StandardOpenOption.READ);
    channel = opened;
    SegmentCursor fresh = new SegmentCursor(opened, path, header);
    cursor = fresh;
    return fresh;
  }

  private void closeChannel() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }

  @Override
  public void close() {
    onClose.accept(this);
    try {
      closeChannel();
    } catch (IOException e) {
      // It was only read from.
      return;
    }
  }
}
