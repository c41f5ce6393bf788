package io.pandion.coordinator;

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
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Subject;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A streaming node that keeps what it is told: shards, writes and distributions. It holds no rows.
final class MemoryStreamingNode implements StreamingNode {
  private final LongSupplier ticks;
  private final Set<String> shards = new HashSet<>();
  private final Map<String, Distribution> distributions = new HashMap<>();
  final Map<String, Long> terms = new HashMap<>();
  final List<ShardWrite> log = Collections.synchronizedList(new ArrayList<>());

  /// Runs before the node takes a distribution.
  volatile Runnable beforeDistribution = () -> {};

  MemoryStreamingNode(LongSupplier ticks) {
    this.ticks = ticks;
  }

  @Override
  public synchronized void open(ChannelAssignment assignment) {
    terms.put(assignment.pchannel(), assignment.term());
    assignment.shards().stream().map(ShardState::vchannel).forEach(shards::add);
  }

  @Override
  public synchronized void close(String pchannel) {
    terms.remove(pchannel);
    shards.removeIf(s -> s.startsWith(pchannel + "_"));
  }

  @Override
  public void prepareLog(LogEra log) {}

  @Override
  public long moveLog(String pchannel, LogEra log) {
    throw PandionException.unsupported("this twin has no log");
  }

  @Override
  public void removeLog(LogEra log) {}

  @Override
  public List<ChannelLog> logs() {
    return List.of();
  }

  @Override
  public synchronized void addShard(ShardState shard) {
    shards.add(shard.vchannel());
  }

  @Override
  public synchronized AppendResult append(String vchannel, ShardWrite write) {
    check(vchannel);
    log.add(write);
    if (write instanceof ShardWrite.DropShard) {
      shards.remove(vchannel);
      distributions.remove(vchannel);
    }
    return new AppendResult(ticks.getAsLong(), log.size(), List.of());
  }

  @Override
  public SearchResult search(String vchannel, SearchPlan plan, ReadPoint point) {
    throw notLoaded(vchannel);
  }

  @Override
  public QueryResult query(String vchannel, QueryPlan plan, ReadPoint point) {
    throw notLoaded(vchannel);
  }

  private static PandionException notLoaded(String vchannel) {
    return new PandionException(
        PandionException.Reason.NOT_LOADED, Subject.COLLECTION, vchannel + " holds no rows");
  }

  @Override
  public boolean distribute(String vchannel, Distribution distribution) {
    beforeDistribution.run();
    return take(vchannel, distribution);
  }

  private synchronized boolean take(String vchannel, Distribution distribution) {
    check(vchannel);
    distributions.merge(
        vchannel, distribution, (old, now) -> now.version() > old.version() ? now : old);
    return true;
  }

  synchronized @Nullable Distribution distribution(String vchannel) {
    return distributions.get(vchannel);
  }

  @Override
  public List<GrowingInfo> growing(long collectionId) {
    return List.of();
  }

  @Override
  public synchronized void checkpoint(String vchannel) {
    check(vchannel);
  }

  private void check(String vchannel) {
    if (!shards.contains(vchannel)) {
      throw PandionException.notFound(Subject.CHANNEL, "shard " + vchannel + " is not here");
    }
  }
}
