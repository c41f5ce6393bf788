package io.pandion.wal.objectstore;

import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaListener;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Loses the reply of the next transaction when it is told to: it takes place, and its caller is
/// not told so. Any number of threads.
class LossyMetaStore implements MetaStore {
  private final MetaStore entries;
  private final AtomicBoolean lose = new AtomicBoolean();
  private final AtomicBoolean loseCommit = new AtomicBoolean();

  LossyMetaStore(MetaStore entries) {
    this.entries = entries;
  }

  /// The next transaction does not take place, and its caller is not told so.
  void loseNextCommit() {
    loseCommit.set(true);
  }

  void loseNextReply() {
    lose.set(true);
  }

  boolean hasLost() {
    return !lose.get();
  }

  @Override
  public boolean commit(MetaTransaction transaction) {
    if (loseCommit.getAndSet(false)) {
      throw lost("a commit");
    }
    boolean committed = entries.commit(transaction);
    if (lose.getAndSet(false)) {
      throw lost("a reply");
    }
    return committed;
  }

  private static PandionException lost(String what) {
    return new PandionException(
        Reason.OUTCOME_UNKNOWN, PandionException.Subject.NONE, what + " lost on purpose");
  }

  @Override
  public Optional<MetaEntry> get(String key) {
    return entries.get(key);
  }

  @Override
  public List<MetaEntry> list(String prefix) {
    return entries.list(prefix);
  }

  @Override
  public AutoCloseable watch(String prefix, long fromRevision, MetaListener listener) {
    return entries.watch(prefix, fromRevision, listener);
  }

  @Override
  public long revision() {
    return entries.revision();
  }

  @Override
  public void close() {
    entries.close();
  }
}
