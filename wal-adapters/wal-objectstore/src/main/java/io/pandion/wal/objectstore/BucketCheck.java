package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ConditionalCreateProbe;
import io.pandion.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/// Looks once, before the first log is opened, whether the bucket is fit to hold logs: that it
/// creates objects once only, where it has to, and that it holds no log that the meta store has
/// forgotten. Called while no channel changes hands.
final class BucketCheck {
  private final ObjectStore bucket;
  private final WalMeta meta;
  private final OneCommitMode mode;
  private final Optional<MetaNamedObjects> named;
  private final Supplier<StreamId> names;
  private final ExecutorService io;
  private boolean done;

  /// @param bucket as it is
  /// @param named absent where the bucket creates objects once only
  /// @param names new ones, for what is created on trial
  BucketCheck(
      ObjectStore bucket,
      WalMeta meta,
      OneCommitMode mode,
      Optional<MetaNamedObjects> named,
      Supplier<StreamId> names,
      ExecutorService io) {
    this.bucket = bucket;
    this.meta = meta;
    this.mode = mode;
    this.named = named;
    this.names = names;
    this.io = io;
  }

  /// @throws PandionException INVALID_REQUEST when the logs in it are kept in the other mode,
  ///   UNSUPPORTED when the store does not create objects once only, CORRUPT_DATA when it holds a
  ///   log that the meta store does not know
  void require() {
    if (done) {
      return;
    }
    mode.require();
    String folder = "wal/probe/" + names.get().text();
    if (named.isPresent()) {
      requireAnObject(folder + "/once");
    } else {
      ConditionalCreateProbe.check(bucket, folder, io);
    }
    requireNoLostLog();
    done = true;
  }

  /// That the bucket can be written and read is all that is asked of one whose objects the meta
  /// store names.
  private void requireAnObject(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    try {
      boolean _ = bucket.putIfAbsent(name, bytes);
      if (!Arrays.equals(bucket.readAll(name), bytes)) {
        throw PandionException.unsupported(
            "the object store returns other bytes than were written, as object '" + name + "'");
      }
    } finally {
      bucket.delete(name);
    }
  }

  /// Without its entries in the meta store a log is not found again: to begin an empty one beside
  /// it would lose its rows in silence.
  private void requireNoLostLog() {
    if (!meta.isEmpty()) {
      return;
    }
    for (String object : bucket.list(StreamId.ROOT)) {
      boolean other = StreamId.isRollUp(object) || isStray(object);
      if (!other && holdsRecords(object) && meta.isEmpty()) {
        throw PandionException.corrupt(
            "the bucket holds a log ("
                + object
                + " and others), but the meta store knows of none: restore the meta store from its"
                + " backup; or, to give up what was not flushed, remove wal/v1/ from the bucket");
      }
    }
  }

  /// Whether a meta store that was not lost does not name an object.
  private boolean isStray(String object) {
    if (named.isEmpty() || !mode.isWritten()) {
      return false;
    }
    int dot = object.indexOf('.');
    return dot < 0 || !named.get().names(object.substring(0, dot), object.substring(dot + 1));
  }

  private boolean holdsRecords(String object) {
    try {
      return bucket.size(object) > SlotFormat.EMPTY;
    } catch (PandionException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        // Another node opened a log since, and has collected this already.
        return false;
      }
      throw e;
    }
  }
}
