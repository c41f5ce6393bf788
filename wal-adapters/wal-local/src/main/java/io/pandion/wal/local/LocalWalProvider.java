package io.pandion.wal.local;

import io.pandion.model.PandionException;
import io.pandion.wal.Wal;
import io.pandion.wal.WalProvider;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// Logs as files below a directory, one folder a pchannel; [SegmentWriter] specifies the format.
///
/// Opening a log fences every earlier opening, also one of the same term, in this process and in
/// others that share the directory. Any number of threads.
public final class LocalWalProvider implements WalProvider {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,200}");

  private final Path directory;
  private final LocalWalSettings settings;
  private final Disk disk;
  private final Set<LocalWal> open = ConcurrentHashMap.newKeySet();

  /// @param directory made at the first opening when it is not there
  public LocalWalProvider(Path directory, LocalWalSettings settings) {
    this(directory, settings, FileChannel::open);
  }

  LocalWalProvider(Path directory, LocalWalSettings settings, Disk disk) {
    this.directory = directory.toAbsolutePath().normalize();
    this.settings = settings;
    this.disk = disk;
  }

  @Override
  public String name() {
    return "local";
  }

  /// Opens a log, or makes it.
  ///
  /// @throws PandionException FENCED when a higher term was opened before, CORRUPT_DATA when an
  ///   acknowledged record of the last file is damaged, UNAVAILABLE_RETRY when the disk fails,
  ///   INVALID_REQUEST for a name that is not `[A-Za-z0-9_-]{1,200}` or a negative term
  @Override
  public Wal open(String pchannel, long term, long firstLsn) {
    checkName(pchannel);
    if (term < 0) {
      throw PandionException.invalid("channel " + pchannel + ": term " + term + " is negative");
    }
    LogDirectory log = new LogDirectory(directory, pchannel);
    try {
      log.create();
      OwnerFile owner = new OwnerFile(disk, log.path());
      try {
        LocalWal wal =
            new LocalWal(LogOutput.open(disk, log, owner, term, firstLsn, settings), open::remove);
        open.add(wal);
        wal.start();
        return wal;
      } catch (IOException | RuntimeException e) {
        owner.close();
        throw e;
      }
    } catch (IOException e) {
      throw unavailable(pchannel, "cannot open the log " + log.path(), e);
    }
  }

  private static void checkName(String pchannel) {
    if (!NAME.matcher(pchannel).matches()) {
      throw PandionException.invalid(
          "'" + pchannel + "' is not a name of a channel: use 1 to 200 of A-Z a-z 0-9 _ -");
    }
  }

  private static PandionException unavailable(String pchannel, String what, IOException e) {
    return new PandionException(
        PandionException.Reason.UNAVAILABLE_RETRY,
        PandionException.Subject.CHANNEL,
        "channel " + pchannel + ": " + what + ": " + e,
        e);
  }

  @Override
  public void prepare(String pchannel) {
    checkName(pchannel);
    try {
      new LogDirectory(directory, pchannel).create();
    } catch (IOException e) {
      throw unavailable(pchannel, "cannot make its folder in " + directory, e);
    }
  }

  @Override
  public void remove(String pchannel) {
    checkName(pchannel);
    List.copyOf(open).stream()
        .filter(wal -> wal.pchannel().equals(pchannel))
        .forEach(LocalWal::close);
    LogDirectory log = new LogDirectory(directory, pchannel);
    try {
      log.removeAll();
    } catch (IOException e) {
      throw unavailable(pchannel, "cannot remove the log " + log.path(), e);
    }
  }

  /// Closes every log that is still open.
  @Override
  public void close() {
    List.copyOf(open).forEach(LocalWal::close);
  }
}
