package io.pandion.streaming;

import io.pandion.cluster.AppendResult;
import io.pandion.cluster.ChannelAssignment;
import io.pandion.cluster.ChannelLog;
import io.pandion.cluster.Coordinator;
import io.pandion.cluster.LogEra;
import io.pandion.cluster.QueryNode;
import io.pandion.cluster.ShardState;
import io.pandion.cluster.ShardWrite;
import io.pandion.model.PandionException;
import io.pandion.segment.GrowingSegment;
import io.pandion.storage.SegmentFiles;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalPayload;
import io.pandion.wal.WalProviders;
import io.pandion.wal.WalReader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A pchannel that this node owns under one term: its log, writer, applier and flusher.
final class ChannelOwner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelOwner.class);
  private final String pchannel;
  private final long term;
  private final Coordinator coordinator;
  private final ChannelWal wal;
  private final LogMove move;
  private final ChannelWriter writer;
  private final ChannelApplier applier;
  private final ShardFlusher flusher;
  private final StreamingSettings settings;
  private final Function<String, QueryNode> queryNodes;
  private final LongSupplier clockMillis;
  private final Executor linking;
  private final AtomicLong safeTick = new AtomicLong();

  /// When the log was last cut though nothing was flushed.
  private long trimmedMillis;

  /// Opens the log, fences older terms, replays, and starts to serve.
  ChannelOwner(
      ChannelAssignment assignment,
      WalProviders wals,
      SegmentFiles files,
      Coordinator coordinator,
      Function<String, QueryNode> queryNodes,
      StreamingSettings settings,
      LongSupplier clockMillis,
      Executor linking,
      Consumer<Throwable> onFailure) {
    this.pchannel = assignment.pchannel();
    this.term = assignment.term();
    this.coordinator = coordinator;
    this.settings = settings;
    this.queryNodes = queryNodes;
    this.clockMillis = clockMillis;
    this.linking = linking;
    LongSupplier ids = () -> coordinator.allocateTicks(1).first();
    this.wal = ChannelWal.open(wals, assignment);
    checkEnd(assignment);
    this.applier = new ChannelApplier(pchannel, new Checkpoint(0, 0), onFailure);
    SegmentAssigner assigner = new SegmentAssigner(settings, ids, clockMillis);
    this.writer =
        new ChannelWriter(
            pchannel,
            wal,
            term,
            assigner,
            coordinator::allocateTicks,
            applier,
            settings.queueMaxBytes());
    this.flusher =
        new ShardFlusher(
            pchannel,
            term,
            applier,
            files,
            coordinator,
            ids,
            clockMillis,
            lsn -> writer.execute(() -> truncate(lsn)));
    this.move = new LogMove(pchannel, term, wal, wals, coordinator, applier, clockMillis);
    barrier();
    assignment.shards().forEach(this::addShard);
    this.trimmedMillis = clockMillis.getAsLong();
    replay(assignment.shards());
    adopt(assigner);
    applier.start();
    writer.start();
    flusher.start();
    if (wal.eras().size() > 1) {
      flushAll();
    }
  }

  /// A log that ends before what was flushed from it is another log, or has lost its end.
  private void checkEnd(ChannelAssignment assignment) {
    for (ShardState shard : assignment.shards()) {
      if (shard.checkpointLsn() >= wal.nextLsn()) {
        wal.close();
        throw PandionException.corrupt(
            "the log of channel "
                + pchannel
                + " ends at lsn "
                + (wal.nextLsn() - 1)
                + ", but shard "
                + shard.vchannel()
                + " was flushed up to lsn "
                + shard.checkpointLsn()
                + "; is it the right log?");
      }
    }
  }

  /// Nothing of an older term can follow this message.
  private void barrier() {
    coordinator.raiseTicks(wal.lastTick());
    long tick = coordinator.allocateTicks(1).first();
    wal.append(
            List.of(
                new WalMessage(
                    wal.nextLsn(), term, tick, "", WalBody.of(new WalPayload.RecoveryBarrier()))))
        .join();
  }

  private void replay(List<ShardState> shards) {
    long from = Long.MAX_VALUE;
    for (ShardState shard : shards) {
      from = Math.min(from, shard.checkpointLsn() + 1);
    }
    if (from == Long.MAX_VALUE) {
      from = wal.nextLsn() - 1;
    }
    try (WalReader reader = wal.read(from)) {
      for (WalMessage m = reader.next(); m != null; m = reader.next()) {
        applier.apply(m);
      }
    }
  }

  private void adopt(SegmentAssigner assigner) {
    for (ShardDelegator shard : applier.shards()) {
      for (GrowingSegment segment : shard.open()) {
        assigner.adopt(
            shard.vchannel(), segment.partitionId(), segment.id(), segment.rows(), segment.bytes());
      }
    }
  }

  void addShard(ShardState state) {
    applier.add(new ShardDelegator(state, queryNodes, clockMillis, linking, flusher));
  }

  /// @throws PandionException NOT_FOUND CHANNEL
  ShardDelegator shard(String vchannel) {
    applier.check();
    ShardDelegator shard = applier.shard(vchannel);
    if (shard == null) {
      throw PandionException.notFound(
          PandionException.Subject.CHANNEL, "shard " + vchannel + " is not on channel " + pchannel);
    }
    return shard;
  }

  List<ShardDelegator> shards() {
    return applier.shards();
  }

  AppendResult append(String vchannel, ShardWrite write) {
    ShardDelegator shard = shard(vchannel);
    if (write instanceof ShardWrite.Insert || write instanceof ShardWrite.Upsert) {
      long growing = 0;
      for (ShardDelegator s : applier.shards()) {
        growing += s.growingBytes();
      }
      if (growing > 2 * settings.growingMaxBytes()) {
        throw PandionException.unavailable(
            "channel " + pchannel + ": " + growing + " bytes wait to be flushed; retry");
      }
    }
    return await(writer.write(vchannel, shard.collectionId(), write));
  }

  /// Waits until every write with a tick at or below `guarantee` is applied.
  ///
  /// @return a tick at or above it that reads may use
  long awaitTick(long guarantee) {
    applier.check();
    if (guarantee > safeTick.get() && guarantee > applier.applied().tick()) {
      if (!applier.quiet()) {
        await(writer.barrier());
      }
      safeTick.accumulateAndGet(guarantee, Math::max);
    }
    return Math.max(guarantee, applier.applied().tick());
  }

  /// Runs on the applier's thread.
  <T> T call(java.util.function.Supplier<T> action) {
    return await(applier.call(action));
  }

  /// Seals and flushes what is due; called now and then, by one thread at a time.
  void tick() {
    boolean open = false;
    long now = clockMillis.getAsLong();
    for (ShardDelegator shard : applier.shards()) {
      open |= !shard.view().growing().isEmpty();
      DeleteBuffer deletes = shard.deletes();
      if (deletes.unflushedRows() >= settings.deleteBufferRows()
          || now - deletes.oldestUnflushedMillis() >= settings.deleteMaxAgeMillis()) {
        deletes.flushing(now);
        flusher.flushDeletes(shard);
      }
    }
    if (open) {
      writer.sealOld();
    }
    // Where nothing is ever flushed, barriers and commands go when rows would.
    if (wal.eras().size() > 1 || now - trimmedMillis >= settings.segmentMaxAgeMillis()) {
      trimmedMillis = now;
      flusher.trim();
    }
  }

  /// Lets writes go on in another log.
  ///
  /// @return for how many milliseconds they waited
  long moveLog(LogEra log) {
    applier.check();
    CompletableFuture<Long> moved = new CompletableFuture<>();
    writer.execute(() -> move.to(log, moved), moved);
    long pause = await(moved);
    flushAll();
    return pause;
  }

  /// Puts into files what only the log holds, so that logs before the current one are not needed.
  private void flushAll() {
    writer.sealAll();
    applier.shards().forEach(flusher::flushDeletes);
  }

  /// On the writer's thread. Logs that have ended are closed elsewhere: that may take long.
  private void truncate(long lsn) {
    wal.truncate(lsn);
    if (wal.hasEnded(lsn)) {
      Thread.ofVirtual().name("release-" + pchannel).start(() -> release(lsn));
    }
  }

  private void release(long lsn) {
    try {
      wal.release(lsn, () -> coordinator.logReleased(pchannel, term, lsn));
    } catch (PandionException e) {
      LOG.warn("{}: the log before is released later: {}", pchannel, e.getMessage());
    }
  }

  ChannelLog log() {
    return new ChannelLog(pchannel, wal.eras(), wal.nextLsn(), call(applier::neededFrom));
  }

  void flushDeletes(ShardDelegator shard) {
    flusher.flushDeletes(shard);
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PandionException p) {
        throw new PandionException(p.reason(), p.subject(), String.valueOf(p.getMessage()), p);
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PandionException(
          PandionException.Reason.OUTCOME_UNKNOWN,
          PandionException.Subject.CHANNEL,
          "interrupted while waiting for the log");
    }
  }

  @Override
  public void close() {
    flusher.close();
    writer.close();
    wal.close();
    applier.close();
  }
}
