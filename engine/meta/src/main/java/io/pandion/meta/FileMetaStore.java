package io.pandion.meta;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// The embedded meta store: all entries in memory, every commit in one file ([MetaLog] has the
/// format), or in memory only.
///
/// One lock serialises commits, which are few; a commit costs one sync and becomes visible when it
/// is durable. Reads never wait for the disk. After a failed write no more commits are taken. There
/// is no thread in the background.
public final class FileMetaStore implements MetaStore {
  /// Someone who listens.
  private record Watcher(String prefix, long fromRevision, MetaListener listener) {}

  private final NavigableMap<String, MetaEntry> entries = new TreeMap<>();
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final @Nullable MetaLog log;
  private final @Nullable FileChannel owned;
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final ExecutorService events =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("meta-watch").factory());
  private volatile long revision;

  /// Why no more commits are taken; guarded by this.
  private @Nullable IOException failure;

  private FileMetaStore(@Nullable MetaLog log, @Nullable FileChannel owned) throws IOException {
    this.log = log;
    this.owned = owned;
    if (log != null) {
      revision = log.load(entries);
      log.rewrite(revision, entries.values());
    }
  }

  /// Opens or creates the file; its directory exists.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when another process has it or the disk fails,
  ///   CORRUPT_DATA when it is damaged
  public static FileMetaStore open(Path file) {
    return open(file, new MetaLog(file));
  }

  static FileMetaStore open(Path file, MetaLog log) {
    try {
      FileChannel owned =
          FileChannel.open(
              file.resolveSibling(file.getFileName() + ".lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      try {
        if (owned.tryLock() == null) {
          throw new OverlappingFileLockException();
        }
        return new FileMetaStore(log, owned);
      } catch (IOException | RuntimeException e) {
        log.close();
        owned.close();
        throw e;
      }
    } catch (OverlappingFileLockException e) {
      throw new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.NONE,
          "meta store " + file + " is in use by another process",
          e);
    } catch (IOException e) {
      throw new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.NONE,
          "meta store " + file + " cannot be opened: " + e + "; is the disk full?",
          e);
    }
  }

  /// A store that lives as long as the object.
  public static FileMetaStore inMemory() {
    try {
      return new FileMetaStore(null, null);
    } catch (IOException e) {
      throw new IllegalStateException("there is no file", e);
    }
  }

  @Override
  public Optional<MetaEntry> get(String key) {
    lock.readLock().lock();
    try {
      return Optional.ofNullable(entries.get(key));
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public List<MetaEntry> list(String prefix) {
    List<MetaEntry> out = new ArrayList<>();
    lock.readLock().lock();
    try {
      for (MetaEntry entry : entries.tailMap(prefix).values()) {
        if (!entry.key().startsWith(prefix)) {
          break;
        }
        out.add(entry);
      }
      return out;
    } finally {
      lock.readLock().unlock();
    }
  }

  /// @throws PandionException OUTCOME_UNKNOWN when the file cannot be written; UNAVAILABLE_RETRY
  ///   ever after
  @Override
  public synchronized boolean commit(MetaTransaction transaction) {
    if (failure != null) {
      throw new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.NONE,
          "the meta store stopped at an earlier failure ("
              + failure
              + "): nothing of this was written; restart the process",
          failure);
    }
    for (MetaTransaction.Step step : transaction.steps()) {
      boolean holds =
          switch (step) {
            case MetaTransaction.Step.IfAbsent s -> get(s.key()).isEmpty();
            case MetaTransaction.Step.IfRevision s ->
                get(s.key()).map(e -> e.revision() == s.revision()).orElse(false);
            case MetaTransaction.Step.Put _, MetaTransaction.Step.Delete _ -> true;
          };
      if (!holds) {
        return false;
      }
    }
    long next = revision + 1;
    List<MetaChange> changes = changes(transaction, next);
    if (changes.isEmpty()) {
      return true;
    }
    write(next, changes);
    lock.writeLock().lock();
    try {
      new MetaRecord(0, 0, 0, next, changes).apply(entries);
      revision = next;
    } finally {
      lock.writeLock().unlock();
    }
    tell(changes, next);
    return true;
  }

  private List<MetaChange> changes(MetaTransaction transaction, long next) {
    List<MetaChange> changes = new ArrayList<>();
    for (MetaTransaction.Step step : transaction.steps()) {
      switch (step) {
        case MetaTransaction.Step.Put s ->
            changes.add(new MetaChange(s.key(), new MetaEntry(s.key(), s.value().clone(), next)));
        case MetaTransaction.Step.Delete s -> {
          boolean there = get(s.key()).isPresent();
          for (MetaChange change : changes) {
            there = change.key().equals(s.key()) ? change.entry() != null : there;
          }
          if (there) {
            changes.add(new MetaChange(s.key(), null));
          }
        }
        case MetaTransaction.Step.IfAbsent _, MetaTransaction.Step.IfRevision _ -> {}
      }
    }
    return changes;
  }

  private void write(long next, List<MetaChange> changes) {
    if (log == null) {
      return;
    }
    try {
      if (log.isLarge()) {
        log.rewrite(revision, entries.values());
      }
      log.append(next, changes);
    } catch (IOException e) {
      failure = e;
      throw new PandionException(
          PandionException.Reason.OUTCOME_UNKNOWN,
          PandionException.Subject.NONE,
          "the meta store cannot write: " + e + "; is the disk full?",
          e);
    }
  }

  private void tell(List<MetaChange> changes, long at) {
    if (watchers.isEmpty()) {
      return;
    }
    try {
      events.execute(
          () -> {
            for (Watcher w : watchers) {
              for (MetaChange change : changes) {
                if (at >= w.fromRevision && change.key().startsWith(w.prefix)) {
                  w.listener.changed(change.key(), change.entry(), at);
                }
              }
            }
          });
    } catch (RejectedExecutionException e) {
      // The store is closing: nobody listens any more.
      return;
    }
  }

  @Override
  public synchronized AutoCloseable watch(String prefix, long fromRevision, MetaListener listener) {
    Watcher watcher = new Watcher(prefix, fromRevision, listener);
    watchers.add(watcher);
    return () -> watchers.remove(watcher);
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public synchronized void close() {
    events.shutdown();
    if (failure == null && log != null) {
      failure = new IOException("the store is closed");
    }
    try {
      if (log != null) {
        log.close();
      }
      if (owned != null) {
        owned.close();
      }
    } catch (IOException e) {
      // Every commit is durable already.
      return;
    }
  }
}
