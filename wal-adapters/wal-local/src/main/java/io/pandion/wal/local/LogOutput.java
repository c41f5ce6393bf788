package io.pandion.wal.local;

import io.pandion.model.PandionException;
import io.pandion.wal.WalMessage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The files of one log as their owner writes them. One thread; [#directory] any.
final class LogOutput implements Closeable {
  private static final int BUFFER = 256 << 10;

  private final Disk disk;
  private final LogDirectory directory;
  private final OwnerFile owner;
  private final LocalWalSettings settings;
  private final long term;
  private final long opening;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
  private SegmentWriter writer;
  private long nextLsn;
  private long lastTick;

  private LogOutput(
      Disk disk,
      LogDirectory directory,
      OwnerFile owner,
      OwnerFile.State state,
      long firstLsn,
      LocalWalSettings settings)
      throws IOException {
    this.disk = disk;
    this.directory = directory;
    this.owner = owner;
    this.term = state.term();
    this.opening = state.opening();
    this.settings = settings;
    this.nextLsn = state.nextLsn();
    this.lastTick = state.lastTick();
    if (directory.firstLsns().isEmpty()) {
      this.nextLsn = firstLsn;
      this.writer = create(new SegmentHeader(directory.pchannel(), firstLsn, term, 0, 0, 0));
    } else {
      LogEnd end = LogEnd.recover(disk, directory, nextLsn);
      this.nextLsn = end.nextLsn();
      this.lastTick = end.lastTick();
      this.writer =
          new SegmentWriter(
              disk.open(directory.file(directory.firstLsns().getLast()), StandardOpenOption.WRITE),
              end.header().seed(),
              end.position(),
              end.previous(),
              buffer,
              settings.preallocateBytes());
    }
  }

  /// Recovers the log and fences all who opened it before.
  static LogOutput open(
      Disk disk,
      LogDirectory directory,
      OwnerFile owner,
      long term,
      long firstLsn,
      LocalWalSettings settings)
      throws IOException {
    try (OwnerFile.Held _ = owner.lockToOpen()) {
      OwnerFile.State before = owner.read().orElse(new OwnerFile.State(0, 0, 1, 0));
      if (term < before.term()) {
        throw fenced(directory.pchannel(), term, before);
      }
      directory.scan(disk);
      boolean empty = directory.firstLsns().isEmpty();
      if (empty ? before.nextLsn() > 1 : before.opening() == 0) {
        throw PandionException.corrupt(
            "channel "
                + directory.pchannel()
                + ": "
                + (empty ? "the log files are" : "the file '" + OwnerFile.NAME + "' is")
                + " missing in "
                + directory.path()
                + ": restore it before the log can be opened");
      }
      if (before.opening() == 0) {
        // Files without an owner would look like damage.
        owner.write(new OwnerFile.State(term, 1, 1, 0));
        directory.sync();
      }
      OwnerFile.State mine =
          new OwnerFile.State(term, before.opening() + 1, before.nextLsn(), before.lastTick());
      LogOutput output = new LogOutput(disk, directory, owner, mine, firstLsn, settings);
      try {
        owner.write(output.state());
        return output;
      } catch (IOException | RuntimeException e) {
        output.writer.close();
        throw e;
      }
    }
  }

  private OwnerFile.State state() {
    return new OwnerFile.State(term, opening, nextLsn, lastTick);
  }

  private SegmentWriter create(SegmentHeader header) throws IOException {
    return SegmentWriter.create(disk, directory, header, buffer, settings.preallocateBytes());
  }

  Disk disk() {
    return disk;
  }

  LogDirectory directory() {
    return directory;
  }

  /// Lsn after the last durable message.
  long nextLsn() {
    return nextLsn;
  }

  long lastTick() {
    return lastTick;
  }

  long term() {
    return term;
  }

  int groupBytes() {
    return settings.groupBytes();
  }

  /// Writes a group; durable when it returns. Not to be called again after it has thrown.
  ///
  /// @throws PandionException FENCED when another has opened the log; nothing was written
  void write(List<WalMessage> group, long bytes) throws IOException {
    try (OwnerFile.Held _ = owner.lockToWrite()) {
      checkOwner();
      if (writer.position() + bytes > settings.segmentBytes()
          && nextLsn > directory.firstLsns().getLast()) {
        roll();
      }
      writer.reserve(bytes);
      long first = group.getFirst().lsn();
      for (WalMessage message : group) {
        writer.write(message, first);
      }
      writer.sync();
    }
    nextLsn = group.getLast().lsn() + 1;
    lastTick = group.getLast().tick();
  }

  private void roll() throws IOException {
    writer.complete();
    SegmentHeader header =
        new SegmentHeader(
            directory.pchannel(),
            nextLsn,
            term,
            lastTick,
            directory.firstLsns().getLast(),
            writer.previous());
    SegmentWriter old = writer;
    writer = create(header);
    old.close();
  }

  private void checkOwner() throws IOException {
    OwnerFile.State now =
        owner
            .read()
            .orElseThrow(
                () ->
                    PandionException.corrupt(
                        "channel " + directory.pchannel() + ": the owner's file was emptied"));
    if (now.opening() != opening) {
      throw fenced(directory.pchannel(), term, now);
    }
  }

  private static PandionException fenced(String pchannel, long term, OwnerFile.State by) {
    return new PandionException(
        PandionException.Reason.FENCED,
        PandionException.Subject.CHANNEL,
        "channel "
            + pchannel
            + ": term "
            + term
            + " is fenced by term "
            + by.term()
            + " (opening "
            + by.opening()
            + ")");
  }

  /// Removes files that the directory lists no more.
  void remove(List<Long> dropped) throws IOException {
    try (OwnerFile.Held _ = owner.lockToWrite()) {
      checkOwner();
      directory.remove(dropped);
    }
  }

  /// Notes in the owner's file that all is durable, so that damage to any of it is found.
  void finish() throws IOException {
    try (OwnerFile.Held _ = owner.lockToWrite()) {
      checkOwner();
      writer.complete();
      owner.write(state());
    }
  }

  @Override
  public void close() throws IOException {
    try {
      writer.close();
    } finally {
      owner.close();
    }
  }
}
