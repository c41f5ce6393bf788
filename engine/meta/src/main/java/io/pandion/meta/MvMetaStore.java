package io.pandion.meta;

import io.pandion.model.PandionException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/// The embedded meta store: one H2 MVStore file, or memory. Every commit is on disk when it
/// returns.
///
/// A value is stored behind the revision of the commit that wrote it (8 bytes, big-endian). One
/// lock serialises commits, which are few; reads take no lock and see the latest commit.
///
/// The file keeps its size: space of the sixth version back is written again (each commit is
/// synced, so the five before it stay whole whatever happens to the sixth; MVStore would keep all
/// of the last 45 seconds), and every [#COMPACT_EVERY] commits sparse chunks are written together.
/// There is no thread in the background.
public final class MvMetaStore implements MetaStore {
  private static final String REVISION = "\0revision";
  private static final int COMPACT_EVERY = 256;
  private static final int COMPACT_FILL_PERCENT = 50;
  private static final int COMPACT_BYTES = 1 << 20;

  /// Someone who listens.
  private record Watcher(String prefix, long fromRevision, MetaListener listener) {}

  private final MVStore store;
  private final MVMap<String, byte[]> map;
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final ExecutorService events =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("meta-watch").factory());
  private volatile long revision;

  /// Why no more commits are taken; guarded by this.
  private @Nullable MVStoreException failure;

  private MvMetaStore(MVStore store) {
    this.store = store;
    store.setRetentionTime(0);
    this.map = store.openMap("meta");
    byte[] last = map.get(REVISION);
    revision = last == null ? 0 : ByteBuffer.wrap(last).getLong();
  }

  /// Opens or creates the file.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when another process has it, CORRUPT_DATA when it
  ///   is damaged
  public static MvMetaStore open(Path file) {
    return open(file, new OrderedFileStore());
  }

  /// With a file store that a test may watch.
  static MvMetaStore open(Path file, OrderedFileStore blocks) {
    try {
      blocks.open(file.toString(), false, null);
      return new MvMetaStore(
          new MVStore.Builder().adoptFileStore(blocks).autoCommitDisabled().open());
    } catch (MVStoreException e) {
      boolean locked = e.getErrorCode() == org.h2.mvstore.DataUtils.ERROR_FILE_LOCKED;
      throw new PandionException(
          locked ? PandionException.Reason.UNAVAILABLE_RETRY : PandionException.Reason.CORRUPT_DATA,
          PandionException.Subject.NONE,
          locked
              ? "meta store " + file + " is in use by another process"
              : "meta store " + file + " cannot be opened: " + e.getMessage(),
          e);
    }
  }

  /// A store that lives as long as the object.
  public static MvMetaStore inMemory() {
    return new MvMetaStore(new MVStore.Builder().autoCommitDisabled().open());
  }

  @Override
  public Optional<MetaEntry> get(String key) {
    MVStore.TxCounter version = store.registerVersionUsage();
    try {
      byte[] stored = map.get(key);
      return stored == null ? Optional.empty() : Optional.of(entry(key, stored));
    } finally {
      store.deregisterVersionUsage(version);
    }
  }

  @Override
  public List<MetaEntry> list(String prefix) {
    // Keeps the pages of this version from being written over meanwhile.
    MVStore.TxCounter version = store.registerVersionUsage();
    try {
      return listNow(prefix);
    } finally {
      store.deregisterVersionUsage(version);
    }
  }

  private List<MetaEntry> listNow(String prefix) {
    List<MetaEntry> out = new ArrayList<>();
    Cursor<String, byte[]> cursor = map.cursor(prefix);
    while (cursor.hasNext()) {
      String key = cursor.next();
      if (!key.startsWith(prefix)) {
        break;
      }
      if (!key.equals(REVISION)) {
        out.add(entry(key, cursor.getValue()));
      }
    }
    return out;
  }

  @Override
  public synchronized boolean commit(MetaTransaction transaction) {
    if (failure != null) {
      // Memory may be ahead of the file: what follows could not be told apart.
      throw new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.NONE,
          "the meta store stopped at an earlier failure ("
              + failure.getMessage()
              + "): nothing of this was written; restart the process",
          failure);
    }
    for (MetaTransaction.Step step : transaction.steps()) {
      boolean holds =
          switch (step) {
            case MetaTransaction.Step.IfAbsent s -> !map.containsKey(s.key());
            case MetaTransaction.Step.IfRevision s ->
                get(s.key()).map(e -> e.revision() == s.revision()).orElse(false);
            case MetaTransaction.Step.Put _, MetaTransaction.Step.Delete _ -> true;
          };
      if (!holds) {
        return false;
      }
    }
    long next = revision + 1;
    List<Change> changes = new ArrayList<>();
    for (MetaTransaction.Step step : transaction.steps()) {
      switch (step) {
        case MetaTransaction.Step.Put s -> {
          map.put(s.key(), stored(next, s.value()));
          changes.add(new Change(s.key(), new MetaEntry(s.key(), s.value(), next)));
        }
        case MetaTransaction.Step.Delete s -> {
          if (map.remove(s.key()) != null) {
            changes.add(new Change(s.key(), null));
          }
        }
        case MetaTransaction.Step.IfAbsent _, MetaTransaction.Step.IfRevision _ -> {}
      }
    }
    if (changes.isEmpty()) {
      return true;
    }
    map.put(REVISION, ByteBuffer.allocate(Long.BYTES).putLong(next).array());
    try {
      if (next % COMPACT_EVERY == 0) {
        store.compact(COMPACT_FILL_PERCENT, COMPACT_BYTES);
      }
      store.commit();
      store.sync();
    } catch (MVStoreException e) {
      failure = e;
      throw new PandionException(
          PandionException.Reason.OUTCOME_UNKNOWN,
          PandionException.Subject.NONE,
          "the meta store cannot write: " + e.getMessage() + "; is the disk full?",
          e);
    }
    revision = next;
    tell(changes, next);
    return true;
  }

  /// A key that a commit changed.
  private record Change(String key, @Nullable MetaEntry entry) {}

  private void tell(List<Change> changes, long at) {
    if (watchers.isEmpty()) {
      return;
    }
    try {
      events.execute(
          () -> {
            for (Watcher w : watchers) {
              for (Change change : changes) {
                if (at >= w.fromRevision && change.key.startsWith(w.prefix)) {
                  w.listener.changed(change.key, change.entry, at);
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

  private static byte[] stored(long revision, byte[] value) {
    return ByteBuffer.allocate(Long.BYTES + value.length).putLong(revision).put(value).array();
  }

  private static MetaEntry entry(String key, byte[] stored) {
    return new MetaEntry(
        key,
        Arrays.copyOfRange(stored, Long.BYTES, stored.length),
        ByteBuffer.wrap(stored).getLong());
  }

  @Override
  public synchronized void close() {
    events.shutdown();
    if (failure == null) {
      store.close();
    } else {
      store.closeImmediately();
    }
  }
}
