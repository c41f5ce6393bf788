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
final class LossyMetaStore implements MetaStore {
  private final MetaStore entries;
  private final AtomicBoolean lose = new AtomicBoolean();

  LossyMetaStore(MetaStore entries) {
    this.entries = entries;
  }

  void loseNextReply() {
    lose.set(true);
  }

  boolean hasLost() {
    return !lose.get();
  }

  @Override
  public boolean commit(MetaTransaction transaction) {
    boolean committed = entries.commit(transaction);
    if (lose.getAndSet(false)) {
      throw new PandionException(
          Reason.OUTCOME_UNKNOWN, PandionException.Subject.NONE, "a reply lost on purpose");
    }
    return committed;
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
