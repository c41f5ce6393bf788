package io.pandion.coordinator;

import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaListener;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.meta.MetaTransaction.Step;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A meta store in memory that can die before its n-th commit from now.
final class MemoryMetaStore implements MetaStore {
  private final TreeMap<String, MetaEntry> entries = new TreeMap<>();
  private long revision;
  int commits;
  int diesAt = -1;

  synchronized void dieAfter(int more) {
    diesAt = commits + more;
  }

  /// What a store knows that forgets all later commits.
  synchronized MemoryMetaStore copy() {
    MemoryMetaStore copy = new MemoryMetaStore();
    copy.entries.putAll(entries);
    copy.revision = revision;
    return copy;
  }

  @Override
  public synchronized Optional<MetaEntry> get(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  @Override
  public synchronized List<MetaEntry> list(String prefix) {
    return entries.values().stream().filter(e -> e.key().startsWith(prefix)).toList();
  }

  @Override
  public synchronized boolean commit(MetaTransaction transaction) {
    if (diesAt >= 0 && commits >= diesAt) {
      throw new IllegalStateException("died");
    }
    for (Step step : transaction.steps()) {
      if (step instanceof Step.IfAbsent absent && entries.containsKey(absent.key())) {
        return false;
      }
      if (step instanceof Step.IfRevision same
          && (!entries.containsKey(same.key())
              || entries.get(same.key()).revision() != same.revision())) {
        return false;
      }
    }
    revision++;
    commits++;
    for (Step step : transaction.steps()) {
      if (step instanceof Step.Put put) {
        entries.put(put.key(), new MetaEntry(put.key(), put.value(), revision));
      } else if (step instanceof Step.Delete delete) {
        entries.remove(delete.key());
      }
    }
    return true;
  }

  @Override
  public AutoCloseable watch(String prefix, long fromRevision, MetaListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized long revision() {
    return revision;
  }

  @Override
  public void close() {}
}
