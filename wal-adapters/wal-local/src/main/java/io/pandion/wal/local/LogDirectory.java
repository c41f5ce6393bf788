package io.pandion.wal.local;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The files of one log, oldest first. Changed by one thread, read by any.
final class LogDirectory {
  private static final Pattern NAME = Pattern.compile("(\\d{20})\\.wal");
  private static final String FRESH = ".new";

  private final String pchannel;
  private final Path path;
  private volatile List<Long> firstLsns = List.of();

  LogDirectory(Path parent, String pchannel) {
    this.pchannel = pchannel;
    this.path = parent.resolve(pchannel);
  }

  Path path() {
    return path;
  }

  String pchannel() {
    return pchannel;
  }

  /// First lsn of each file, rising.
  List<Long> firstLsns() {
    return firstLsns;
  }

  Path file(long firstLsn) {
    return path.resolve(String.format("%020d.wal", firstLsn));
  }

  /// Where a file lies until its header is durable.
  Path freshFile(long firstLsn) {
    return path.resolve(String.format("%020d.wal%s", firstLsn, FRESH));
  }

  /// Makes the directory if it is not there; durable when it returns.
  void create() throws IOException {
    create(path);
  }

  private static void create(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = Objects.requireNonNull(directory.getParent(), "the root is a directory");
    create(parent);
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
    sync(parent);
  }

  /// Lists the files anew and checks that each follows the one before; removes files that were
  /// never finished. Under the owner's lock.
  ///
  /// @throws PandionException CORRUPT_DATA when a file in the middle is missing
  void scan(Disk disk) throws IOException {
    List<Long> found = new ArrayList<>();
    try (Stream<Path> children = Files.list(path)) {
      for (Path child : children.sorted().toList()) {
        String name = String.valueOf(child.getFileName());
        Matcher matcher = NAME.matcher(name);
        if (matcher.matches()) {
          found.add(Long.parseLong(matcher.group(1)));
        } else if (name.endsWith(FRESH)) {
          Files.delete(child);
        }
      }
    }
    for (int i = 0; i < found.size(); i++) {
      SegmentHeader header = header(disk, found.get(i));
      if (i > 0 && header.fileBefore() != found.get(i - 1)) {
        throw PandionException.corrupt(
            "channel "
                + pchannel
                + ": log file "
                + file(header.fileBefore())
                + " is missing: restore it before the log can be opened");
      }
    }
    firstLsns = List.copyOf(found);
  }

  /// @throws PandionException CORRUPT_DATA when it is not the header of that file
  SegmentHeader header(Disk disk, long firstLsn) throws IOException {
    Path file = file(firstLsn);
    try (FileChannel channel = disk.open(file, StandardOpenOption.READ)) {
      SegmentHeader header = SegmentHeader.read(channel, file, pchannel);
      if (header.firstLsn() != firstLsn) {
        throw PandionException.corrupt(
            "log file " + file + ": its header says that it begins with lsn " + header.firstLsn());
      }
      return header;
    }
  }

  /// Gives a fresh file its name; durable when it returns.
  void add(long firstLsn) throws IOException {
    Files.move(freshFile(firstLsn), file(firstLsn), StandardCopyOption.ATOMIC_MOVE);
    sync(path);
    List<Long> more = new ArrayList<>(firstLsns);
    more.add(firstLsn);
    firstLsns = List.copyOf(more);
  }

  /// How many files, from the oldest, hold nothing but messages below `lsn`; never the last.
  int below(long lsn) {
    List<Long> files = firstLsns;
    int count = 0;
    while (count + 1 < files.size() && files.get(count + 1) <= lsn) {
      count++;
    }
    return count;
  }

  /// Lists the oldest files no more.
  ///
  /// @return their first lsns, to be removed
  List<Long> drop(int count) {
    List<Long> files = firstLsns;
    firstLsns = List.copyOf(files.subList(count, files.size()));
    return files.subList(0, count);
  }

  /// Removes files, oldest first.
  void remove(List<Long> dropped) throws IOException {
    for (long firstLsn : dropped) {
      Files.deleteIfExists(file(firstLsn));
      // One after the other, so that no crash can leave a hole.
      sync(path);
    }
  }

  /// Removes the directory and what is in it, newest file first, so that what a crash leaves is a
  /// log that was cut short and can be removed again.
  void removeAll() throws IOException {
    if (!Files.isDirectory(path)) {
      return;
    }
    List<Path> children;
    try (Stream<Path> all = Files.list(path)) {
      children = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path child : children) {
      Files.delete(child);
    }
    Files.delete(path);
    sync(Objects.requireNonNull(path.getParent(), "the root is a directory"));
  }

  /// Makes the names in the directory durable.
  void sync() throws IOException {
    sync(path);
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
