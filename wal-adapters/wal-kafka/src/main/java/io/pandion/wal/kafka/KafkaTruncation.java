package io.pandion.wal.kafka;

import io.pandion.model.PandionException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what is not needed any more, one DeleteRecords after the other on a thread that lives as
/// long as there is one, and never what an open reader may still ask for. Any number of threads.
final class KafkaTruncation {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTruncation.class);

  /// Makes a reader.
  interface Maker {
    KafkaLogReader reader(long lowestLsn, Consumer<KafkaLogReader> onClose);
  }

  private final KafkaLog log;
  private final LongUnaryOperator keepFrom;
  private final LongConsumer onRemoved;

  // Guarded by this.
  private final Set<KafkaLogReader> readers = new HashSet<>();
  private long wantedBelow;
  private long claimedBelow;
  private long doneBelow;
  private boolean closed;
  private @Nullable Thread worker;

  /// @param keepFrom from the lsn below which nothing is needed to the offset of the first record
  ///   to keep, or -1
  /// @param onRemoved is told the offset of the first record that is left
  KafkaTruncation(KafkaLog log, LongUnaryOperator keepFrom, LongConsumer onRemoved) {
    this.log = log;
    this.keepFrom = keepFrom;
    this.onRemoved = onRemoved;
  }

  synchronized void request(long lsn) {
    wantedBelow = Math.max(wantedBelow, lsn);
    start();
  }

  /// Makes a reader that holds on to what it reads until it ends.
  ///
  /// @param make is told the lowest lsn to read, and what to tell at the end
  synchronized KafkaLogReader holding(Maker make) {
    KafkaLogReader reader = make.reader(claimedBelow, this::release);
    readers.add(reader);
    return reader;
  }

  private synchronized void release(KafkaLogReader reader) {
    if (readers.remove(reader)) {
      start();
    }
  }

  private synchronized void start() {
    if (worker == null && !closed && below() > doneBelow) {
      worker = Thread.ofVirtual().name("wal-truncate-" + log.pchannel()).start(this::run);
    }
  }

  private synchronized long below() {
    long below = wantedBelow;
    for (KafkaLogReader reader : readers) {
      below = Math.min(below, reader.keeps());
    }
    return below;
  }

  private void run() {
    while (true) {
      long below;
      synchronized (this) {
        below = below();
        if (closed || below <= doneBelow) {
          worker = null;
          notifyAll();
          return;
        }
        claimedBelow = below;
      }
      try {
        long offset = keepFrom.applyAsLong(below);
        if (offset > 0) {
          log.deleteBefore(offset);
          onRemoved.accept(offset);
        }
      } catch (PandionException | KafkaException e) {
        LOG.warn("{} is not truncated below lsn {} yet: {}", log.topic(), below, e.toString());
      }
      synchronized (this) {
        doneBelow = below;
      }
    }
  }

  /// Waits for the one under way.
  void close() {
    boolean interrupted = false;
    synchronized (this) {
      closed = true;
      while (worker != null) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
