package io.pandion.streaming;

import io.pandion.cluster.Coordinator;
import io.pandion.cluster.DataNode;
import io.pandion.cluster.FlushReport;
import io.pandion.model.CollectionSchema;
import io.pandion.model.PandionException;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.FileRef;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentRows;
import io.pandion.wal.WalPayload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the sealed segments and buffered deletes of a pchannel's shards to the object store, one
/// after the other, and reports them. Its own thread; failures are retried for ever, because
/// nothing may be forgotten (back-pressure bounds what waits).
///
/// A segment's files hold the deletes of its rows that were applied when it was read out, so that
/// deltalogs before that point need not be kept for it.
final class ShardFlusher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShardFlusher.class);
  private static final long FIRST_RETRY_NANOS = 50_000_000L;
  private static final long LAST_RETRY_NANOS = 5_000_000_000L;

  /// What is read out of a growing segment.
  private record RowsCut(
      long partitionId,
      long firstLsn,
      long lsn,
      SegmentRows rows,
      DeltaBatch deletes,
      CollectionSchema schema) {}

  /// What is read out of a delete buffer.
  private record DeletesCut(
      long firstLsn, long lsn, Map<Long, DeltaBatch> batches, CollectionSchema schema) {}

  private final String pchannel;
  private final long term;
  private final ChannelApplier applier;
  private final SegmentFiles files;
  private final Coordinator coordinator;
  private final LongSupplier ids;
  private final LongSupplier clockMillis;
  private final LongConsumer truncate;
  private final Mailbox<Runnable> jobs = new Mailbox<>();
  private final AtomicBoolean trimming = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean closed;

  /// @param truncate takes the lsn below which the log is not needed
  ShardFlusher(
      String pchannel,
      long term,
      ChannelApplier applier,
      SegmentFiles files,
      Coordinator coordinator,
      LongSupplier ids,
      LongSupplier clockMillis,
      LongConsumer truncate) {
    this.pchannel = pchannel;
    this.term = term;
    this.applier = applier;
    this.files = files;
    this.coordinator = coordinator;
    this.ids = ids;
    this.clockMillis = clockMillis;
    this.truncate = truncate;
    this.thread = Thread.ofPlatform().name("flusher-" + pchannel).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void flushRows(ShardDelegator shard, long segmentId) {
    jobs.put(() -> rows(shard, segmentId));
  }

  /// Flushes deletes, if there are any, and reports the checkpoint.
  void flushDeletes(ShardDelegator shard) {
    jobs.put(() -> deletes(shard));
  }

  /// Cuts the log as far as it is not needed, soon.
  void trim() {
    if (trimming.compareAndSet(false, true)) {
      jobs.put(
          () -> {
            truncateLog();
            trimming.set(false);
          });
    }
  }

  private void run() {
    while (!closed) {
      Runnable job = jobs.take();
      long pause = FIRST_RETRY_NANOS;
      boolean done = job == null;
      while (!done && !closed) {
        try {
          java.util.Objects.requireNonNull(job).run();
          done = true;
        } catch (PandionException e) {
          if (e.reason() == PandionException.Reason.FENCED) {
            LOG.warn("{}: fenced while flushing: {}", pchannel, e.getMessage());
            return;
          }
          pause = pauseAfter(e, pause);
        } catch (RuntimeException e) {
          pause = pauseAfter(e, pause);
        }
      }
    }
  }

  private long pauseAfter(RuntimeException e, long pause) {
    if (!closed) {
      LOG.warn("{}: flush failed, will be tried again: {}", pchannel, e.toString());
      LockSupport.parkNanos(this, pause);
    }
    return Math.min(pause * 2, LAST_RETRY_NANOS);
  }

  private void rows(ShardDelegator shard, long segmentId) {
    List<RowsCut> cuts = onApplier(() -> cut(shard, segmentId));
    for (RowsCut cut : cuts) {
      String prefix = SegmentFiles.prefix(shard.collectionId(), cut.partitionId, segmentId);
      List<FileRef> written =
          new ArrayList<>(files.writeRows(prefix, segmentId, cut.rows, cut.schema));
      if (cut.deletes.size() > 0) {
        written.add(files.writeDeltas(prefix, cut.deletes));
      }
      long[] ticks = cut.rows.ticks();
      FlushReport.FlushedSegment segment =
          new FlushReport.FlushedSegment(
              segmentId,
              shard.collectionId(),
              cut.partitionId,
              "L1",
              ticks.length,
              bytes(written),
              cut.firstLsn,
              cut.lsn,
              Arrays.stream(ticks).min().orElse(0),
              Arrays.stream(ticks).max().orElse(0),
              cut.schema,
              refs(written));
      report(shard, List.of(segment), segmentId, 0);
      onApplier(
          () -> {
            shard.filed(segmentId);
            return true;
          });
    }
    truncateLog();
  }

  private List<RowsCut> cut(ShardDelegator shard, long segmentId) {
    if (!shard.hasGrowing(segmentId)) {
      return List.of();
    }
    ShardDelegator.Growing g = shard.growing(segmentId);
    return List.of(
        new RowsCut(
            g.segment.partitionId(),
            g.firstLsn,
            applier.applied().lsn(),
            g.segment.snapshot(),
            g.segment.deletes(),
            shard.schema()));
  }

  private void deletes(ShardDelegator shard) {
    DeletesCut cut =
        onApplier(
            () ->
                new DeletesCut(
                    shard.firstUnflushedDelete(),
                    applier.applied().lsn(),
                    shard.deletes().unflushed(),
                    shard.schema()));
    List<FlushReport.FlushedSegment> segments = new ArrayList<>();
    cut.batches.forEach((partition, batch) -> segments.add(level0(shard, cut, partition, batch)));
    report(shard, segments, -1, cut.lsn);
    onApplier(
        () -> {
          shard.deletes().flushed(cut.lsn, clockMillis.getAsLong());
          return true;
        });
    truncateLog();
  }

  private FlushReport.FlushedSegment level0(
      ShardDelegator shard, DeletesCut cut, long partition, DeltaBatch batch) {
    long id = ids.getAsLong();
    long folder = partition == WalPayload.ALL_PARTITIONS ? 0 : partition;
    FileRef file = files.writeDeltas(SegmentFiles.prefix(shard.collectionId(), folder, id), batch);
    return new FlushReport.FlushedSegment(
        id,
        shard.collectionId(),
        partition,
        "L0",
        batch.size(),
        file.length(),
        cut.firstLsn,
        cut.lsn,
        Arrays.stream(batch.ticks()).min().orElse(0),
        Arrays.stream(batch.ticks()).max().orElse(0),
        cut.schema,
        refs(List.of(file)));
  }

  private void report(
      ShardDelegator shard,
      List<FlushReport.FlushedSegment> segments,
      long without,
      long deletesTo) {
    Checkpoint at = onApplier(() -> shard.checkpoint(applier.applied(), without, deletesTo));
    coordinator.flushed(
        new FlushReport(pchannel, term, shard.vchannel(), segments, at.lsn(), at.tick()));
  }

  private void truncateLog() {
    truncate.accept(onApplier(applier::neededFrom));
  }

  private <T> T onApplier(java.util.function.Supplier<T> action) {
    try {
      return applier.call(action).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException r) {
        throw r;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PandionException.unavailable("the channel " + pchannel + " is closing");
    }
  }

  private static long bytes(List<FileRef> refs) {
    return refs.stream().mapToLong(FileRef::length).sum();
  }

  private static List<DataNode.TaskFile> refs(List<FileRef> refs) {
    return refs.stream()
        .map(
            f ->
                new DataNode.TaskFile(
                    f.kind().name(),
                    f.name(),
                    f.length(),
                    f.crc32c(),
                    f.fieldId(),
                    f.indexId(),
                    f.entries()))
        .toList();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
