package io.pandion.streaming;

import io.pandion.cluster.ChannelAssignment;
import io.pandion.cluster.LogEra;
import io.pandion.model.PandionException;
import io.pandion.wal.Wal;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalProviders;
import io.pandion.wal.WalReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The log of a pchannel over all that it lies in: the log that is written, and those before it
/// whose messages may still be needed. Lsns run on from one to the next. [#append] and [#goOn] by
/// the thread that writes.
final class ChannelWal implements Wal {
  /// One log, opened.
  private record Run(LogEra era, Wal wal) {}

  private final String pchannel;

  /// Oldest first; changed under the lock of this.
  private volatile List<Run> runs;

  private final ReentrantLock releasing = new ReentrantLock();
  private CompletableFuture<Void> lastAppend = CompletableFuture.completedFuture(null);
  private @Nullable PandionException stopped;

  private ChannelWal(String pchannel, List<Run> runs) {
    this.pchannel = pchannel;
    this.runs = runs;
  }

  /// Opens all logs of an assignment, which fences older owners in each of them.
  ///
  /// @throws PandionException CORRUPT_DATA when one does not end where the next begins
  static ChannelWal open(WalProviders wals, ChannelAssignment assignment) {
    List<Run> opened = new ArrayList<>();
    try {
      for (LogEra era : assignment.logs()) {
        checkEnd(assignment.pchannel(), opened, era);
        Wal wal = wals.get(era.type()).open(era.name(), assignment.term(), era.fromLsn());
        opened.add(new Run(era, wal));
      }
      return new ChannelWal(assignment.pchannel(), List.copyOf(opened));
    } catch (RuntimeException e) {
      opened.forEach(run -> run.wal.close());
      throw e;
    }
  }

  private static void checkEnd(String pchannel, List<Run> opened, LogEra next) {
    if (!opened.isEmpty() && opened.getLast().wal.nextLsn() != next.fromLsn()) {
      throw PandionException.corrupt(
          "channel "
              + pchannel
              + ": the "
              + opened.getLast().era
              + " ends at lsn "
              + (opened.getLast().wal.nextLsn() - 1)
              + ", but the channel goes on in the "
              + next
              + " at lsn "
              + next.fromLsn()
              + "; is it the right log?");
    }
  }

  private Wal current() {
    return runs.getLast().wal;
  }

  /// The logs, oldest first.
  List<LogEra> eras() {
    return runs.stream().map(Run::era).toList();
  }

  @Override
  public long nextLsn() {
    return current().nextLsn();
  }

  @Override
  public long lastTick() {
    return runs.stream().mapToLong(run -> run.wal.lastTick()).max().orElse(0);
  }

  @Override
  public CompletableFuture<Void> append(List<WalMessage> batch) {
    if (stopped != null) {
      return CompletableFuture.failedFuture(stopped);
    }
    lastAppend = current().append(batch);
    return lastAppend;
  }

  /// Takes nothing any more.
  void stop(PandionException why) {
    stopped = why;
  }

  /// Waits until all that was appended is durable.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when it takes longer
  void awaitQuiet(long millis) {
    try {
      lastAppend.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw PandionException.unavailable(
          "channel "
              + pchannel
              + ": the "
              + runs.getLast().era
              + " did not acknowledge all writes within "
              + millis
              + " ms; retry");
    } catch (ExecutionException e) {
      throw PandionException.unavailable("channel " + pchannel + ": the log failed: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PandionException.unavailable("channel " + pchannel + " is closing; retry");
    }
  }

  /// What comes next goes to another log.
  synchronized void goOn(LogEra era, Wal wal) {
    List<Run> more = new ArrayList<>(runs);
    more.add(new Run(era, wal));
    runs = List.copyOf(more);
  }

  @Override
  public WalReader read(long fromLsn) {
    return new Reader(runs, fromLsn);
  }

  /// Logs that hold nothing at or above `lsn` are left to [#release].
  @Override
  public void truncate(long lsn) {
    runs.forEach(run -> run.wal.truncate(lsn));
  }

  /// Whether a log holds only messages below `lsn`, and is not the last.
  boolean hasEnded(long lsn) {
    List<Run> now = runs;
    return now.size() > 1 && now.get(1).era.fromLsn() <= lsn;
  }

  /// Closes logs that hold only messages below `lsn`, tells, and forgets them when that succeeds.
  /// May take long, and does not hold up the writer; does nothing while another call does the same.
  void release(long lsn, Runnable tell) {
    if (!releasing.tryLock()) {
      return;
    }
    try {
      List<Run> now = runs;
      int ended = 0;
      while (ended + 1 < now.size() && now.get(ended + 1).era.fromLsn() <= lsn) {
        now.get(ended).wal.close();
        ended++;
      }
      if (ended > 0) {
        tell.run();
        forget(ended);
      }
    } finally {
      releasing.unlock();
    }
  }

  private synchronized void forget(int ended) {
    runs = List.copyOf(runs.subList(ended, runs.size()));
  }

  @Override
  public void close() {
    runs.forEach(run -> run.wal.close());
  }

  /// Reads one log after the other.
  private static final class Reader implements WalReader {
    private final List<Run> runs;
    private final long from;
    private int at;
    private @Nullable WalReader reader;

    Reader(List<Run> runs, long from) {
      this.runs = runs;
      this.from = from;
      while (at + 1 < runs.size() && runs.get(at + 1).era.fromLsn() <= from) {
        at++;
      }
    }

    @Override
    public @Nullable WalMessage next() {
      while (true) {
        WalReader now = reader;
        if (now == null) {
          now = runs.get(at).wal.read(from);
          reader = now;
        }
        WalMessage message = now.next();
        if (message != null || at + 1 == runs.size()) {
          return message;
        }
        now.close();
        reader = null;
        at++;
      }
    }

    @Override
    public void close() {
      WalReader now = reader;
      if (now != null) {
        now.close();
      }
    }
  }
}
