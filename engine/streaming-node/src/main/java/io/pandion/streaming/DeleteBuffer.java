package io.pandion.streaming;

import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.storage.DeltaBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Recent deletes of a shard, in order of the log: those that are not in a deltalog yet, and some
/// that are, for copies of segments that were loaded from older files. Owned by the applier thread.
final class DeleteBuffer {
  /// One delete message.
  record Entry(long lsn, long tick, long partitionId, Column keys) {}

  private static final int KEEP_FLUSHED_ROWS = 200_000;

  private final DataType keyType;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private long flushedLsn;
  private long trimmedLsn;
  private long rows;
  private volatile long unflushedRows;
  private volatile long oldestUnflushedMillis = Long.MAX_VALUE;

  /// @param flushedLsn deletes at and below it are in deltalogs
  DeleteBuffer(DataType keyType, long flushedLsn) {
    this.keyType = keyType;
    this.flushedLsn = flushedLsn;
    this.trimmedLsn = flushedLsn;
  }

  void add(Entry entry, long nowMillis) {
    if (entry.lsn <= flushedLsn) {
      return;
    }
    entries.add(entry);
    rows += entry.keys.size();
    long more = unflushedRows + entry.keys.size();
    unflushedRows = more;
    oldestUnflushedMillis = Math.min(oldestUnflushedMillis, nowMillis);
  }

  long unflushedRows() {
    return unflushedRows;
  }

  long oldestUnflushedMillis() {
    return oldestUnflushedMillis;
  }

  /// A flush was asked for: the age counts from now on.
  void flushing(long nowMillis) {
    oldestUnflushedMillis = unflushedRows == 0 ? Long.MAX_VALUE : nowMillis;
  }

  /// Deletes above this lsn are all here.
  long trimmedLsn() {
    return trimmedLsn;
  }

  /// The first delete that is in no deltalog and above `lsn`, or null.
  @Nullable Entry firstUnflushed(long lsn) {
    for (Entry entry : entries) {
      if (entry.lsn > Math.max(flushedLsn, lsn)) {
        return entry;
      }
    }
    return null;
  }

  /// Deletes above `lsn`.
  List<Entry> after(long lsn) {
    List<Entry> out = new ArrayList<>();
    Iterator<Entry> newestFirst = entries.descendingIterator();
    while (newestFirst.hasNext()) {
      Entry entry = newestFirst.next();
      if (entry.lsn <= lsn) {
        break;
      }
      out.addFirst(entry);
    }
    return out;
  }

  /// All deletes that are in no deltalog, by partition.
  Map<Long, DeltaBatch> unflushed() {
    Map<Long, ColumnBuilder> keys = new TreeMap<>();
    Map<Long, LongStream.Builder> ticks = new TreeMap<>();
    for (Entry entry : after(flushedLsn)) {
      ColumnBuilder into =
          keys.computeIfAbsent(entry.partitionId, _ -> new ColumnBuilder(keyType, 0));
      LongStream.Builder at = ticks.computeIfAbsent(entry.partitionId, _ -> LongStream.builder());
      for (int i = 0; i < entry.keys.size(); i++) {
        into.addFrom(entry.keys, i);
        at.add(entry.tick);
      }
    }
    Map<Long, DeltaBatch> out = new TreeMap<>();
    keys.forEach(
        (partition, builder) ->
            out.put(
                partition,
                new DeltaBatch(
                    builder.build(),
                    Objects.requireNonNull(ticks.get(partition)).build().toArray())));
    return out;
  }

  /// Deletes at and below `lsn` are in deltalogs now; the oldest of them may be forgotten.
  void flushed(long lsn, long nowMillis) {
    flushedLsn = lsn;
    unflushedRows = after(lsn).stream().mapToLong(e -> e.keys.size()).sum();
    oldestUnflushedMillis = unflushedRows == 0 ? Long.MAX_VALUE : nowMillis;
    while (rows > KEEP_FLUSHED_ROWS && !entries.isEmpty() && entries.getFirst().lsn <= lsn) {
      Entry gone = entries.removeFirst();
      rows -= gone.keys.size();
      trimmedLsn = gone.lsn;
    }
  }

  /// Forgets everything: the shard was emptied.
  void clear(long lsn) {
    entries.clear();
    rows = 0;
    unflushedRows = 0;
    oldestUnflushedMillis = Long.MAX_VALUE;
    flushedLsn = Math.max(flushedLsn, lsn);
    trimmedLsn = Math.max(trimmedLsn, lsn);
  }
}
