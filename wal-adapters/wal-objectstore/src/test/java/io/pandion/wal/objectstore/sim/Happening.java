package io.pandion.wal.objectstore.sim;

import io.pandion.model.PandionException.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happened, as the invariants hear it.
sealed interface Happening {
  /// Somebody is about to open a log.
  record Opening(String node, String channel, long term) implements Happening {}

  /// An opened log.
  ///
  /// @param opening its number in the channel's entry: rises with each opening
  /// @param end lsn behind the last message when it was opened
  record Opened(int handle, String node, String channel, long term, long opening, long end)
      implements Happening {}

  /// An opening failed.
  record NotOpened(String node, String channel, long term, Reason reason, String message)
      implements Happening {}

  /// What is about to be appended.
  record Batch(int id, Opened log, long first, List<String> rows, int bytes) {
    long last() {
      return first + rows.size() - 1;
    }
  }

  record Appending(Batch batch) implements Happening {}

  /// The log has taken it.
  record Taken(Batch batch) implements Happening {}

  record Acknowledged(Batch batch) implements Happening {}

  /// @param taken whether it failed after the log had taken it
  record Failed(Batch batch, Reason reason, String message, boolean taken) implements Happening {}

  record Reading(int reader, Opened log, long from) implements Happening {}

  record Row(int reader, Opened log, long lsn, long term, long tick, String text)
      implements Happening {}

  record ReadToEnd(int reader, Opened log) implements Happening {}

  record ReadFailed(int reader, Opened log, Reason reason, String message) implements Happening {}

  record Truncating(Opened log, long below) implements Happening {}

  record Creating(String node, String folder, int underWay) implements Happening {}

  record Created(String node, String name, int kind, int length) implements Happening {}

  record Deleted(String node, String name, int kind) implements Happening {}

  /// A bucket that overwrites has replaced an object by other bytes.
  record Overwritten(String node, String object) implements Happening {}

  /// An object without a name was removed.
  record StrayDeleted(String node, String object) implements Happening {}

  /// The meta store names another object than before, or the first one.
  ///
  /// @param there whether the bucket holds it
  /// @param before what it named, while the bucket holds that; or nothing
  record Named(String node, String name, String object, boolean there, String before)
      implements Happening {}

  /// An entry of the meta store has changed; empty when it was removed.
  record Committed(String node, String key, String value) implements Happening {}

  record NodeStarted(String node, long unackedBytes, int inFlight) implements Happening {}

  record NodeEnded(String node) implements Happening {}

  record ThreadFailed(String node, Throwable failure) implements Happening {}

  /// Nothing goes on any more, in fair weather.
  record AtRest(@Nullable String stuck) implements Happening {}
}
