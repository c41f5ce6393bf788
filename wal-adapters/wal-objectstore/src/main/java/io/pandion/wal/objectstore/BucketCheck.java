package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ConditionalCreateProbe;
import io.pandion.storage.ObjectStore;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/// Looks once, before the first log is opened, whether the bucket is fit to hold logs: that it
/// creates objects once only, and that it holds no log that the meta store has forgotten. Called
/// while no channel changes hands.
final class BucketCheck {
  private final ObjectStore store;
  private final WalMeta meta;
  private final Supplier<StreamId> names;
  private final ExecutorService io;
  private boolean done;

  /// @param names new ones, for what is created on trial
  BucketCheck(ObjectStore store, WalMeta meta, Supplier<StreamId> names, ExecutorService io) {
    this.store = store;
    this.meta = meta;
    this.names = names;
    this.io = io;
  }

  /// @throws PandionException UNSUPPORTED when the store does not create objects once only,
  ///   CORRUPT_DATA when it holds a log that the meta store does not know
  void require() {
    if (done) {
      return;
    }
    ConditionalCreateProbe.check(store, "wal/probe/" + names.get().text(), io);
    requireNoLostLog();
    done = true;
  }

  /// Without its entries in the meta store a log is not found again: to begin an empty one beside
  /// it would lose its rows in silence.
  private void requireNoLostLog() {
    if (!meta.isEmpty()) {
      return;
    }
    for (String object : store.list("wal/v1/")) {
      if (!StreamId.isRollUp(object) && holdsRecords(object) && meta.isEmpty()) {
        throw PandionException.corrupt(
            "the bucket holds a log ("
                + object
                + " and others), but the meta store knows of none: restore the meta store from its"
                + " backup; or, to give up what was not flushed, remove wal/v1/ from the bucket");
      }
    }
  }

  private boolean holdsRecords(String object) {
    try {
      return store.size(object) > SlotFormat.EMPTY;
    } catch (PandionException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        // Another node opened a log since, and has collected this already.
        return false;
      }
      throw e;
    }
  }
}
