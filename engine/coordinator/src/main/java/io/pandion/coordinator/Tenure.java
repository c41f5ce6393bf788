package io.pandion.coordinator;

import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import java.util.List;

/// One coordinator's time in office: every transaction holds only while no later coordinator has
/// started over the same store. Threads: any number.
final class Tenure {
  static final String KEY = "coordinator/term";
  private final MetaStore store;
  private final long revision;

  private Tenure(MetaStore store, long revision) {
    this.store = store;
    this.revision = revision;
  }

  /// Takes office.
  static Tenure begin(MetaStore store) {
    while (true) {
      var held = store.get(KEY);
      long term = held.map(e -> Json.read(KEY, e.value(), Long.class)).orElse(0L) + 1;
      MetaTransaction t = new MetaTransaction();
      held.ifPresentOrElse(e -> t.ifRevision(KEY, e.revision()), () -> t.ifAbsent(KEY));
      if (store.commit(t.put(KEY, Json.write(term)))) {
        MetaEntry entry = store.get(KEY).orElseThrow();
        if (Json.read(KEY, entry.value(), Long.class) == term) {
          return new Tenure(store, entry.revision());
        }
      }
    }
  }

  /// Of the latest commit to the store.
  long revision() {
    return store.revision();
  }

  List<MetaEntry> list(String prefix) {
    return store.list(prefix);
  }

  /// @throws PandionException FENCED when another coordinator took over
  void commit(MetaTransaction transaction) {
    if (!store.commit(transaction.ifRevision(KEY, revision))) {
      throw new PandionException(
          PandionException.Reason.FENCED,
          PandionException.Subject.NONE,
          "this coordinator was replaced by another: ask the active one");
    }
  }
}
