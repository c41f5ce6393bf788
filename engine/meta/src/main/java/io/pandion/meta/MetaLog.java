package io.pandion.meta;

import io.pandion.model.PandionException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The file of [FileMetaStore]: all entries as they once were, then every commit since. One thread.
///
/// Big-endian. Header, 32 bytes:
///
/// | at | type | what |
/// |---|---|---|
/// | 0 | int | magic `PMET` |
/// | 4 | int | version, 1 |
/// | 8 | int | *seed*: CRC32C of bytes 16 to 24 |
/// | 12 | int | CRC32C of bytes 0 to 12 and 16 to 32 |
/// | 16 | long | revision when the file was made |
/// | 24 | long | end of the records that hold all entries of that revision |
///
/// Records, multiples of 8 bytes, specified in [MetaRecord]; each carries the checksum of the one
/// before. A commit is one record, written and synced before it is acknowledged: so a damaged
/// record with a whole one behind it is corruption, and one with nothing behind it is an
/// interrupted commit, which nobody was told about.
///
/// A file is made as `{name}.new`, synced, then renamed over the old one: at every opening (what an
/// earlier failed sync left is thus written again) and when commits outweigh entries.
class MetaLog implements Closeable {
  private static final int MAGIC = 0x504D4554;
  private static final int VERSION = 1;
  private static final int HEADER = 32;
  private static final int BATCH_BYTES = 1 << 20;
  private static final long SPARE_BYTES = 4L << 20;

  private final Path file;
  private final Path fresh;
  private @Nullable RandomAccessFile out;
  private int seed;
  private int previous;
  private long position;
  private long entriesEnd;

  MetaLog(Path file) {
    this.file = file.toAbsolutePath();
    this.fresh = this.file.resolveSibling(this.file.getFileName() + ".new");
  }

  /// Fills `entries` with what the file holds; leaves it empty when there is no file.
  ///
  /// @return the revision
  /// @throws PandionException CORRUPT_DATA when a record is damaged that was durable
  long load(NavigableMap<String, MetaEntry> entries) throws IOException {
    Files.deleteIfExists(fresh);
    if (!Files.exists(file)) {
      return 0;
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    long revision = readHeader(bytes);
    int at = HEADER;
    MetaRecord record = MetaRecord.at(bytes, at, seed);
    while (record != null && record.previous() == previous) {
      record.apply(entries);
      revision = record.revision();
      previous = record.checksum();
      at += record.length();
      record = MetaRecord.at(bytes, at, seed);
    }
    boolean durable = at < entriesEnd;
    for (int behind = at; !durable && behind < bytes.capacity(); behind += 8) {
      durable = MetaRecord.at(bytes, behind, seed) != null;
    }
    if (durable) {
      throw corrupt("the record at byte " + at + " (after revision " + revision + ") is damaged");
    }
    return revision;
  }

  private long readHeader(ByteBuffer bytes) {
    if (bytes.capacity() < HEADER || bytes.getInt(0) != MAGIC) {
      throw corrupt("it is not the file of a meta store");
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, 12));
    crc.update(bytes.slice(16, HEADER - 16));
    if (bytes.getInt(12) != (int) crc.getValue()) {
      throw corrupt("its header fails its checksum");
    }
    if (bytes.getInt(4) != VERSION) {
      throw PandionException.unsupported(
          "meta store " + file + " has version " + bytes.getInt(4) + "; this reads " + VERSION);
    }
    seed = bytes.getInt(8);
    previous = seed;
    entriesEnd = bytes.getLong(24);
    return bytes.getLong(16);
  }

  private PandionException corrupt(String why) {
    return PandionException.corrupt("meta store " + file + " cannot be opened: " + why);
  }

  /// Adds a commit; durable when it returns. Not to be called again after it has thrown.
  void append(long revision, List<MetaChange> changes) throws IOException {
    RandomAccessFile to = Objects.requireNonNull(out, "rewrite comes first");
    write(to, revision, changes);
    force(to);
  }

  private void write(RandomAccessFile to, long revision, List<MetaChange> changes)
      throws IOException {
    byte[] record = MetaRecord.encode(seed, previous, revision, changes);
    previous = ByteBuffer.wrap(record).getInt(0);
    to.seek(position);
    to.write(record);
    position += record.length;
  }

  /// Whether commits outweigh entries.
  boolean isLarge() {
    return position > 2 * entriesEnd + SPARE_BYTES;
  }

  /// Replaces the file by one that holds the entries only; durable when it returns.
  void rewrite(long revision, Collection<MetaEntry> entries) throws IOException {
    Files.deleteIfExists(fresh);
    // Unlike a channel, this is not closed when the committing thread is interrupted.
    RandomAccessFile to = new RandomAccessFile(fresh.toFile(), "rw");
    try {
      seed = MetaRecord.seed(revision);
      previous = seed;
      position = HEADER;
      List<MetaChange> batch = new ArrayList<>();
      long bytes = 0;
      for (MetaEntry entry : entries) {
        batch.add(new MetaChange(entry.key(), entry));
        bytes += entry.key().length() + entry.value().length;
        if (bytes > BATCH_BYTES) {
          write(to, revision, batch);
          batch.clear();
          bytes = 0;
        }
      }
      write(to, revision, batch);
      entriesEnd = position;
      writeHeader(to, revision);
      force(to);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncDirectory();
    } catch (IOException | RuntimeException e) {
      to.close();
      throw e;
    }
    close();
    out = to;
  }

  private void writeHeader(RandomAccessFile to, long revision) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    header.putInt(MAGIC).putInt(VERSION).putInt(seed).putInt(0);
    header.putLong(revision).putLong(entriesEnd);
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, 12));
    crc.update(header.slice(16, HEADER - 16));
    header.putInt(12, (int) crc.getValue());
    to.seek(0);
    to.write(header.array(), 0, HEADER);
  }

  private void syncDirectory() throws IOException {
    Path directory = Objects.requireNonNull(file.getParent(), "a file is in a directory");
    boolean interrupted = Thread.interrupted();
    boolean synced = false;
    while (!synced) {
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
        synced = true;
      } catch (ClosedByInterruptException e) {
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Tests override it.
  void force(RandomAccessFile written) throws IOException {
    written.getFD().sync();
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
      out = null;
    }
  }
}
