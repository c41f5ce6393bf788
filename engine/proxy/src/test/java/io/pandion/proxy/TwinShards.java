package io.pandion.proxy;

import io.pandion.cluster.AppendResult;
import io.pandion.cluster.ChannelAssignment;
import io.pandion.cluster.ChannelLog;
import io.pandion.cluster.Distribution;
import io.pandion.cluster.GrowingInfo;
import io.pandion.cluster.LogEra;
import io.pandion.cluster.ReadPoint;
import io.pandion.cluster.ShardState;
import io.pandion.cluster.ShardWrite;
import io.pandion.cluster.StreamingNode;
import io.pandion.meta.CollectionInfo;
import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.segment.GrowingSegment;
import io.pandion.segment.SegmentGroup;
import io.pandion.storage.DeltaBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A streaming node in memory: a growing segment for each partition of a shard, no log.
final class TwinShards implements StreamingNode {
  private final TwinCatalog catalog;
  private final Map<String, Map<Long, GrowingSegment>> shards = new LinkedHashMap<>();

  /// What was appended and asked, for assertions.
  final List<ShardWrite> writes = new ArrayList<>();

  final List<ReadPoint> points = new ArrayList<>();

  /// Partitions that the last query named.
  Set<Long> partitions = Set.of();

  /// So many reads find that a load is still under way.
  int loading;

  TwinShards(TwinCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public synchronized AppendResult append(String vchannel, ShardWrite write) {
    long tick = catalog.tick();
    writes.add(write);
    switch (write) {
      case ShardWrite.Insert w -> insert(vchannel, w.partitionId(), w.rows(), tick);
      case ShardWrite.Delete w -> delete(vchannel, w.partitionId(), w.keys(), tick);
      case ShardWrite.Upsert w -> {
        delete(vchannel, -1, w.keys(), tick);
        insert(vchannel, w.partitionId(), w.rows(), tick);
      }
      default -> throw PandionException.unsupported("the twin has no " + write);
    }
    return new AppendResult(tick, writes.size(), List.of());
  }

  private void insert(String vchannel, long partition, RowBatch rows, long tick) {
    CollectionInfo collection = catalog.ofShard(vchannel);
    GrowingSegment segment =
        shards
            .computeIfAbsent(vchannel, _ -> new LinkedHashMap<>())
            .computeIfAbsent(
                partition, id -> new GrowingSegment(catalog.tick(), id, collection.schema()));
    segment.alter(collection.schema());
    segment.append(rows, tick);
  }

  private void delete(String vchannel, long partition, Column keys, long tick) {
    long[] ticks = new long[keys.size()];
    Arrays.fill(ticks, tick);
    for (GrowingSegment segment :
        segments(vchannel, partition == -1 ? Set.of() : Set.of(partition))) {
      segment.delete(new DeltaBatch(keys, ticks));
    }
  }

  private List<GrowingSegment> segments(String vchannel, Set<Long> partitions) {
    return shards.getOrDefault(vchannel, Map.of()).values().stream()
        .filter(s -> partitions.isEmpty() || partitions.contains(s.partitionId()))
        .toList();
  }

  @Override
  public synchronized SearchResult search(String vchannel, SearchPlan plan, ReadPoint point) {
    points.add(point);
    return new SegmentGroup(catalog.ofShard(vchannel).schema())
        .search(segments(vchannel, plan.partitionIds()), plan, catalog.tick());
  }

  @Override
  public synchronized QueryResult query(String vchannel, QueryPlan plan, ReadPoint point) {
    if (loading > 0) {
      loading--;
      throw new PandionException(
          PandionException.Reason.NOT_LOADED, PandionException.Subject.COLLECTION, "not yet");
    }
    partitions = plan.partitionIds();
    points.add(point);
    return new SegmentGroup(catalog.ofShard(vchannel).schema())
        .query(segments(vchannel, plan.partitionIds()), plan, catalog.tick());
  }

  @Override
  public synchronized List<GrowingInfo> growing(long collectionId) {
    List<GrowingInfo> out = new ArrayList<>();
    shards.forEach(
        (vchannel, segments) -> {
          if (catalog.ofShard(vchannel).id() == collectionId) {
            segments
                .values()
                .forEach(
                    s ->
                        out.add(
                            new GrowingInfo(
                                s.id(),
                                collectionId,
                                s.partitionId(),
                                vchannel,
                                s.rows(),
                                s.bytes(),
                                false)));
          }
        });
    return out;
  }

  @Override
  public void prepareLog(LogEra log) {
    throw PandionException.unsupported("this twin has no logs");
  }

  @Override
  public long moveLog(String pchannel, LogEra log) {
    throw PandionException.unsupported("this twin has no logs");
  }

  @Override
  public void removeLog(LogEra log) {
    throw PandionException.unsupported("this twin has no logs");
  }

  @Override
  public List<ChannelLog> logs() {
    return List.of();
  }

  @Override
  public void open(ChannelAssignment assignment) {}

  @Override
  public void close(String pchannel) {}

  @Override
  public void addShard(ShardState shard) {}

  @Override
  public boolean distribute(String vchannel, Distribution distribution) {
    return true;
  }

  @Override
  public void checkpoint(String vchannel) {}
}
