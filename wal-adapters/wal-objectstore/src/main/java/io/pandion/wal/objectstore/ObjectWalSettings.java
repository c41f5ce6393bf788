package io.pandion.wal.objectstore;

import java.time.Duration;
import java.util.Locale;

/// How the log uses the object store.
///
/// @param sealBytes so many waiting bytes are written at once
/// @param objectBytes an object is at most so large, unless a single message is larger
/// @param window at least so long between two objects, while writes are fewer than `sealBytes`; a
///   write after a longer pause is written at once
/// @param maxWindow the window when the store asks to slow down, at most
/// @param inFlight objects on their way at a time
/// @param unackedBytes of messages handed over and not yet durable, over all channels; a single
///   batch may be larger
/// @param stall a write is refused when it cannot be taken for so long, or when one before it has
///   not become durable for so long
/// @param cacheBytes of recent objects, for reads of the end
/// @param retry first pause before an object is sent again; doubles up to `maxRetry`
/// @param commit what makes sure that an object is created once only
public record ObjectWalSettings(
    int sealBytes,
    int objectBytes,
    Duration window,
    Duration maxWindow,
    int inFlight,
    long unackedBytes,
    Duration stall,
    long cacheBytes,
    Duration retry,
    Duration maxRetry,
    Commit commit) {
  /// What makes sure that an object is created once only. All nodes that share logs have the same,
  /// and logs keep it for good.
  public enum Commit {
    /// The bucket, which knows `PUT` with `If-None-Match: *`.
    STORE,
    /// The meta store, in which each object has an entry that names it: for a bucket that may
    /// ignore the condition. Costs a commit of the meta store for each object.
    META;

    /// As in the settings.
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Duration LEAST_WINDOW = Duration.ofMillis(5);

  public ObjectWalSettings {
    if (sealBytes < 1 || objectBytes < sealBytes || inFlight < 1 || unackedBytes < 1) {
      throw new IllegalArgumentException(
          "sealBytes "
              + sealBytes
              + ", objectBytes "
              + objectBytes
              + ", inFlight "
              + inFlight
              + ", unackedBytes "
              + unackedBytes
              + " must be positive, objectBytes not below sealBytes");
    }
    if (window.compareTo(LEAST_WINDOW) < 0 || maxWindow.compareTo(window) < 0) {
      throw new IllegalArgumentException(
          "window " + window + " must be 5 ms at least and not above maxWindow " + maxWindow);
    }
    if (stall.isNegative() || retry.isNegative() || retry.isZero() || cacheBytes < 0) {
      throw new IllegalArgumentException(
          "stall " + stall + ", retry " + retry + " or cacheBytes " + cacheBytes + " is negative");
    }
  }

  /// Objects of 4 to 8 MiB, 20 ms apart, 16 in flight, 64 MiB in memory.
  public static ObjectWalSettings defaults() {
    return new ObjectWalSettings(
        4 << 20,
        8 << 20,
        Duration.ofMillis(20),
        Duration.ofMillis(250),
        16,
        64L << 20,
        Duration.ofSeconds(30),
        64L << 20,
        Duration.ofMillis(50),
        Duration.ofSeconds(2),
        Commit.STORE);
  }

  /// The same with another window.
  public ObjectWalSettings withWindow(Duration least, Duration most) {
    return new ObjectWalSettings(
        sealBytes,
        objectBytes,
        least,
        most,
        inFlight,
        unackedBytes,
        stall,
        cacheBytes,
        retry,
        maxRetry,
        commit);
  }

  /// The same with objects created once only by this.
  public ObjectWalSettings withCommit(Commit by) {
    return new ObjectWalSettings(
        sealBytes,
        objectBytes,
        window,
        maxWindow,
        inFlight,
        unackedBytes,
        stall,
        cacheBytes,
        retry,
        maxRetry,
        by);
  }
}
