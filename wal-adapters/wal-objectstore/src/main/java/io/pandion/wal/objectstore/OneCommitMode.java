package io.pandion.wal.objectstore;

import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaListener;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.meta.MetaTransaction.Step;
import io.pandion.model.PandionException;
import io.pandion.wal.objectstore.ObjectWalSettings.Commit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The meta store as the log writes it: nothing is committed unless the logs in it are kept in the
/// provider's own mode. The entry `objectwal/commit` says which that is, `store` or `meta`. It is
/// written with the first channel, and written again with each new one: so nobody changes it while
/// there is a log, also not at the same moment. Logs from before there was this entry are kept as
/// `store`. Any number of threads.
///
/// Cost: a get or two at the first use, and one for each commit that fails.
final class OneCommitMode implements MetaStore {
  static final String KEY = "objectwal/commit";

  /// @param revision 0 while there is no entry
  private record Seen(boolean mine, long revision) {}

  private final MetaStore store;
  private final Commit mode;
  private volatile @Nullable Seen last;

  OneCommitMode(MetaStore store, Commit mode) {
    this.store = store;
    this.mode = mode;
  }

  /// @throws PandionException INVALID_REQUEST when there are logs that are kept in the other mode
  void require() {
    if (last == null) {
      Seen _ = look();
    }
  }

  /// Whether the meta store says that logs are, or were, kept in this mode.
  boolean isWritten() {
    Seen seen = last;
    return (seen == null ? look() : seen).mine;
  }

  private Seen look() {
    while (true) {
      Optional<MetaEntry> entry = store.get(KEY);
      long revision = revision(entry);
      String found =
          entry
              .map(e -> new String(e.value(), StandardCharsets.US_ASCII))
              .orElse(Commit.STORE.text());
      boolean same = found.equals(mode.text());
      if (same || store.list(WalMeta.CHANNELS).isEmpty()) {
        Seen seen = new Seen(same && revision > 0, revision);
        last = seen;
        return seen;
      }
      if (revision(store.get(KEY)) == revision) {
        throw wrong(found);
      }
      // The channel that is there now came with an entry of its own.
    }
  }

  private static long revision(Optional<MetaEntry> entry) {
    return entry.map(MetaEntry::revision).orElse(0L);
  }

  private PandionException wrong(String found) {
    return PandionException.invalid(
        "the logs in this bucket are kept with wal.commit: "
            + found
            + ", and cannot be opened with wal.commit: "
            + mode.text()
            + ": set wal.commit: "
            + found
            + " again. To change it, move the log elsewhere first (pandion wal switch)");
  }

  @Override
  public boolean commit(MetaTransaction transaction) {
    while (true) {
      Seen before = last;
      Seen seen = before == null ? look() : before;
      boolean writes = !seen.mine ? puts(transaction) : begins(transaction);
      if (store.commit(guarded(transaction, seen, writes))) {
        if (writes) {
          // with a revision that is not known
          last = null;
        }
        return true;
      }
      if (look().equals(seen)) {
        return false;
      }
    }
  }

  private static boolean isChannel(String key) {
    return key.startsWith(WalMeta.CHANNELS);
  }

  private static boolean puts(MetaTransaction transaction) {
    return transaction.steps().stream()
        .anyMatch(step -> step instanceof Step.Put(String key, byte[] _) && isChannel(key));
  }

  private static boolean begins(MetaTransaction transaction) {
    return transaction.steps().stream()
        .anyMatch(step -> step instanceof Step.IfAbsent(String key) && isChannel(key));
  }

  private MetaTransaction guarded(MetaTransaction transaction, Seen seen, boolean writes) {
    MetaTransaction out = new MetaTransaction();
    if (seen.revision == 0) {
      out.ifAbsent(KEY);
    } else {
      out.ifRevision(KEY, seen.revision);
    }
    for (Step step : transaction.steps()) {
      switch (step) {
        case Step.IfAbsent s -> out.ifAbsent(s.key());
        case Step.IfRevision s -> out.ifRevision(s.key(), s.revision());
        case Step.Put s -> out.put(s.key(), s.value());
        case Step.Delete s -> out.delete(s.key());
      }
    }
    return writes ? out.put(KEY, mode.text().getBytes(StandardCharsets.US_ASCII)) : out;
  }

  @Override
  public Optional<MetaEntry> get(String key) {
    return store.get(key);
  }

  @Override
  public List<MetaEntry> list(String prefix) {
    return store.list(prefix);
  }

  @Override
  public AutoCloseable watch(String prefix, long fromRevision, MetaListener listener) {
    return store.watch(prefix, fromRevision, listener);
  }

  @Override
  public long revision() {
    return store.revision();
  }

  @Override
  public void close() {
    store.close();
  }
}
