package io.pandion.streaming;

import io.pandion.cluster.Distribution;
import io.pandion.cluster.GrowingInfo;
import io.pandion.cluster.QueryNode;
import io.pandion.cluster.ShardState;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.model.RowBatch;
import io.pandion.segment.GrowingSegment;
import io.pandion.storage.DeltaBatch;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalPayload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One shard: its growing segments and recent deletes, and the view that reads use. Changed by the
/// applier thread only; reads take the view.
final class ShardDelegator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShardDelegator.class);

  /// A segment that has no files yet.
  static final class Growing {
    final GrowingSegment segment;
    final long firstLsn;
    final long firstTick;
    boolean sealed;

    Growing(GrowingSegment segment, WalMessage first) {
      this.segment = segment;
      this.firstLsn = first.lsn();
      this.firstTick = first.tick();
    }
  }

  private final long collectionId;
  private final String vchannel;
  private final long checkpointLsn;
  private final Set<Long> filed = new HashSet<>();
  private final Map<Long, Growing> growing = new LinkedHashMap<>();
  private final DeleteBuffer deletes;
  private final Function<String, QueryNode> queryNodes;
  private final LongSupplier clockMillis;
  private final Executor linking;
  private final ShardFlusher flusher;
  private volatile CollectionSchema schema;
  private volatile ShardView view = new ShardView(List.of(), ShardView.NOTHING);

  ShardDelegator(
      ShardState state,
      Function<String, QueryNode> queryNodes,
      LongSupplier clockMillis,
      Executor linking,
      ShardFlusher flusher) {
    this.collectionId = state.collection().id();
    this.vchannel = state.vchannel();
    this.checkpointLsn = state.checkpointLsn();
    this.schema = state.collection().schema();
    this.queryNodes = queryNodes;
    this.clockMillis = clockMillis;
    this.linking = linking;
    this.flusher = flusher;
    long deltaLsn = 0;
    for (SegmentInfo segment : state.segments()) {
      filed.add(segment.id());
      if (segment.level() == SegmentInfo.Level.L0) {
        deltaLsn = Math.max(deltaLsn, segment.lastLsn());
      }
    }
    this.deletes = new DeleteBuffer(schema.primaryKey().type(), deltaLsn);
  }

  long collectionId() {
    return collectionId;
  }

  String vchannel() {
    return vchannel;
  }

  CollectionSchema schema() {
    return schema;
  }

  ShardView view() {
    return view;
  }

  /// Applies one message of the log.
  ///
  /// @return true when the shard has ended
  boolean apply(WalMessage message) {
    if (message.lsn() <= checkpointLsn) {
      return false;
    }
    boolean ended = false;
    switch (message.body().payload()) {
      case WalPayload.Insert p -> insert(message, p.partitionId(), p.segmentId(), p.rows());
      case WalPayload.Upsert p -> {
        delete(message, WalPayload.ALL_PARTITIONS, p.keys());
        insert(message, p.partitionId(), p.segmentId(), p.rows());
      }
      case WalPayload.Delete p -> delete(message, p.partitionId(), p.keys());
      case WalPayload.SealSegments p -> {
        p.segmentIds().forEach(this::seal);
        flusher.flushDeletes(this);
      }
      case WalPayload.DropPartition p ->
          forget(
              growing.values().stream()
                  .map(g -> g.segment)
                  .filter(s -> s.partitionId() == p.partitionId())
                  .map(GrowingSegment::id)
                  .toList());
      case WalPayload.Truncate _ -> {
        forget(List.copyOf(growing.keySet()));
        deletes.clear(message.lsn());
        Distribution d = view.distribution();
        view =
            new ShardView(
                List.of(),
                new Distribution(
                    d.version(),
                    d.loaded(),
                    d.wholeCollection(),
                    d.partitionIds(),
                    List.of(),
                    Set.of()));
      }
      case WalPayload.DropShard _ -> {
        close();
        ended = true;
      }
      case WalPayload.AlterSchema p -> alter(p.schema());
      case WalPayload.CreateShard _, WalPayload.RecoveryBarrier _ -> {}
    }
    return ended;
  }

  /// Segments that take rows still: (segment, bytes), for the writer after a replay.
  List<GrowingSegment> open() {
    return growing.values().stream().filter(g -> !g.sealed).map(g -> g.segment).toList();
  }

  /// Takes a new distribution into service.
  ///
  /// @return false when a placement lacks deletes that are not here any more
  boolean distribute(Distribution distribution) {
    ShardView current = view;
    if (distribution.version() <= current.distribution().version()) {
      return true;
    }
    Map<Long, Distribution.Placement> known = new LinkedHashMap<>();
    current.distribution().placements().forEach(p -> known.put(p.segmentId(), p));
    List<Distribution.Placement> fresh =
        distribution.placements().stream()
            .filter(p -> !p.equals(known.get(p.segmentId())))
            .toList();
    for (Distribution.Placement p : fresh) {
      if (p.deltaLsn() < deletes.trimmedLsn()) {
        return false;
      }
    }
    for (Distribution.Placement p : fresh) {
      QueryNode node = queryNodes.apply(p.queryNode());
      for (DeleteBuffer.Entry entry : deletes.after(p.deltaLsn())) {
        if (concerns(entry.partitionId(), p.partitionId())) {
          node.delete(List.of(p.segmentId()), entry.keys(), entry.tick());
        }
      }
    }
    view = current.with(distribution);
    return true;
  }

  /// A segment has files: it no longer holds back the checkpoint. Its growing copy serves on until
  /// a distribution covers it.
  void filed(long segmentId) {
    growing.remove(segmentId);
    filed.add(segmentId);
  }

  Growing growing(long segmentId) {
    return java.util.Objects.requireNonNull(growing.get(segmentId));
  }

  boolean hasGrowing(long segmentId) {
    return growing.containsKey(segmentId);
  }

  DeleteBuffer deletes() {
    return deletes;
  }

  /// How far the shard is in files.
  ///
  /// @param applied how far the channel was applied
  /// @param without a segment that is about to have files, or -1
  /// @param deletesTo deletes at and below this lsn are about to be in a deltalog
  Checkpoint checkpoint(Checkpoint applied, long without, long deletesTo) {
    long lsn = applied.lsn();
    long tick = applied.tick();
    DeleteBuffer.Entry entry = deletes.firstUnflushed(deletesTo);
    if (entry != null) {
      lsn = Math.min(lsn, entry.lsn() - 1);
      tick = Math.min(tick, entry.tick() - 1);
    }
    for (Growing g : growing.values()) {
      if (g.segment.id() != without) {
        lsn = Math.min(lsn, g.firstLsn - 1);
        tick = Math.min(tick, g.firstTick - 1);
      }
    }
    return new Checkpoint(Math.max(checkpointLsn, lsn), tick);
  }

  /// Lsn of the first delete that is in no deltalog, or 0.
  long firstUnflushedDelete() {
    DeleteBuffer.Entry entry = deletes.firstUnflushed(0);
    return entry == null ? 0 : entry.lsn();
  }

  List<GrowingInfo> infos() {
    List<GrowingInfo> out = new ArrayList<>();
    for (Growing g : List.copyOf(growing.values())) {
      GrowingSegment s = g.segment;
      out.add(
          new GrowingInfo(
              s.id(), collectionId, s.partitionId(), vchannel, s.rows(), s.bytes(), g.sealed));
    }
    return out;
  }

  long growingBytes() {
    long bytes = 0;
    for (GrowingSegment s : view.growing()) {
      bytes += s.bytes();
    }
    return bytes;
  }

  private void insert(WalMessage message, long partitionId, long segmentId, RowBatch rows) {
    if (filed.contains(segmentId)) {
      return;
    }
    Growing target = growing.get(segmentId);
    if (target == null) {
      target = new Growing(new GrowingSegment(segmentId, partitionId, schema, linking), message);
      growing.put(segmentId, target);
      target.segment.append(rows, message.tick());
      view = view.with(target.segment);
    } else {
      target.segment.append(rows, message.tick());
    }
  }

  private void delete(WalMessage message, long partitionId, Column keys) {
    long[] ticks = new long[keys.size()];
    Arrays.fill(ticks, message.tick());
    DeltaBatch batch = new DeltaBatch(keys, ticks);
    for (GrowingSegment s : view.growing()) {
      if (concerns(partitionId, s.partitionId())) {
        s.delete(batch);
      }
    }
    try {
      for (Map.Entry<String, List<Long>> node : targets(partitionId).entrySet()) {
        queryNodes.apply(node.getKey()).delete(node.getValue(), keys, message.tick());
      }
    } catch (PandionException e) {
      LOG.warn("{} serves nothing until it is told again: {}", vchannel, e.getMessage());
      view = view.withdrawn();
    }
    deletes.add(
        new DeleteBuffer.Entry(message.lsn(), message.tick(), partitionId, keys),
        clockMillis.getAsLong());
  }

  private Map<String, List<Long>> targets(long partitionId) {
    Map<String, List<Long>> out = new LinkedHashMap<>();
    for (Distribution.Placement p : view.distribution().placements()) {
      if (concerns(partitionId, p.partitionId())) {
        out.computeIfAbsent(p.queryNode(), _ -> new ArrayList<>()).add(p.segmentId());
      }
    }
    return out;
  }

  private static boolean concerns(long deletePartition, long partitionId) {
    return deletePartition == WalPayload.ALL_PARTITIONS || deletePartition == partitionId;
  }

  private void seal(long segmentId) {
    Growing g = growing.get(segmentId);
    if (g != null && !g.sealed) {
      g.sealed = true;
      flusher.flushRows(this, segmentId);
    }
  }

  private void forget(List<Long> segmentIds) {
    segmentIds.forEach(growing::remove);
    filed.addAll(segmentIds);
    view = view.without(new HashSet<>(segmentIds));
  }

  private void alter(CollectionSchema newer) {
    if (newer.version() > schema.version()) {
      schema = newer;
    }
    growing.values().forEach(g -> g.segment.alter(schema));
  }

  @Override
  public void close() {
    growing.values().forEach(g -> g.segment.close());
    growing.clear();
    view = new ShardView(List.of(), ShardView.NOTHING);
  }
}
