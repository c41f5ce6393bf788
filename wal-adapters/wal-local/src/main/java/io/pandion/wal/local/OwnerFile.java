package io.pandion.wal.local;

import io.pandion.model.PandionException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/// Who owns a log: a file `owner` that fences older owners, in this process and in others.
///
/// It holds the same record twice, at bytes 0 and 512, written and synced one after the other, so
/// that one is whole at any moment; the newer valid one counts. Big-endian:
///
/// | at | type | what |
/// |---|---|---|
/// | 0 | int | magic `POWN` |
/// | 4 | int | version, 1 |
/// | 8 | int | CRC32C of bytes 16 to 48 |
/// | 12 | int | zero |
/// | 16 | long | term |
/// | 24 | long | number of openings so far; an owner is fenced when it is no longer its own |
/// | 32 | long | lsn below which all messages were durable at the last opening or closing |
/// | 40 | long | tick of the last of them |
///
/// Every group is written, and every opening done, under an exclusive lock of byte 1024. One who
/// opens also holds byte 1025 while it waits, and a writer passes through that lock, so that a busy
/// writer cannot keep an opener waiting. Locks of the operating system belong to the whole process:
/// a lock inside the process comes first. Any number of threads.
final class OwnerFile implements Closeable {
  static final String NAME = "owner";

  /// What a record says.
  record State(long term, long opening, long nextLsn, long lastTick) {}

  /// A lock that is held.
  interface Held extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  private static final int MAGIC = 0x504F574E;
  private static final int VERSION = 1;
  private static final int SLOT = 512;
  private static final int RECORD = 48;
  private static final long LOCK = 1024;
  private static final long TURNSTILE = 1025;
  private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

  private final Path file;
  private final FileChannel channel;
  private final ReentrantLock inside;

  OwnerFile(Disk disk, Path directory) throws IOException {
    this.file = directory.resolve(NAME);
    this.inside = LOCKS.computeIfAbsent(directory.toRealPath(), _ -> new ReentrantLock(true));
    inside.lock();
    try {
      this.channel =
          disk.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      inside.unlock();
    }
  }

  /// For one who opens the log.
  Held lockToOpen() throws IOException {
    inside.lock();
    try (FileLock _ = channel.lock(TURNSTILE, 1, false)) {
      return held(channel.lock(LOCK, 1, false));
    } catch (IOException | RuntimeException e) {
      inside.unlock();
      throw e;
    }
  }

  /// For one who owns it.
  Held lockToWrite() throws IOException {
    inside.lock();
    try {
      channel.lock(TURNSTILE, 1, false).close();
      return held(channel.lock(LOCK, 1, false));
    } catch (IOException | RuntimeException e) {
      inside.unlock();
      throw e;
    }
  }

  private Held held(FileLock lock) {
    return () -> {
      try {
        lock.close();
      } finally {
        inside.unlock();
      }
    };
  }

  /// The newest record; empty when the file was never written.
  ///
  /// @throws PandionException CORRUPT_DATA when there are bytes but no valid record
  Optional<State> read() throws IOException {
    ByteBuffer both = ByteBuffer.allocate(SLOT + RECORD);
    int read = 0;
    while (read >= 0 && both.hasRemaining()) {
      read = channel.read(both, both.position());
    }
    if (both.position() == 0) {
      return Optional.empty();
    }
    both.position(both.capacity());
    Optional<State> first = decode(both, 0);
    Optional<State> second = decode(both, SLOT);
    if (first.isEmpty() && second.isEmpty()) {
      throw PandionException.corrupt("log file " + file + ": neither record of the owner is valid");
    }
    if (first.isEmpty() || second.isEmpty()) {
      return first.isPresent() ? first : second;
    }
    State a = first.get();
    State b = second.get();
    boolean secondIsNewer =
        b.opening > a.opening || (b.opening == a.opening && b.nextLsn > a.nextLsn);
    return secondIsNewer ? second : first;
  }

  private static Optional<State> decode(ByteBuffer both, int at) {
    if (both.getInt(at) != MAGIC
        || both.getInt(at + 4) != VERSION
        || both.getInt(at + 8) != crc(both, at)
        || both.getInt(at + 12) != 0) {
      return Optional.empty();
    }
    return Optional.of(
        new State(
            both.getLong(at + 16),
            both.getLong(at + 24),
            both.getLong(at + 32),
            both.getLong(at + 40)));
  }

  private static int crc(ByteBuffer both, int at) {
    CRC32C crc = new CRC32C();
    crc.update(both.slice(at + 16, RECORD - 16));
    return (int) crc.getValue();
  }

  /// Durable when it returns.
  void write(State state) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(RECORD);
    record.putInt(MAGIC).putInt(VERSION).putInt(0).putInt(0);
    record.putLong(state.term).putLong(state.opening);
    record.putLong(state.nextLsn).putLong(state.lastTick);
    record.putInt(8, crc(record, 0));
    for (int slot = 0; slot <= SLOT; slot += SLOT) {
      record.flip();
      while (record.hasRemaining()) {
        channel.write(record, slot + record.position());
      }
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    // Closing any channel of a file drops this process's locks of it.
    inside.lock();
    try {
      channel.close();
    } finally {
      inside.unlock();
    }
  }
}
