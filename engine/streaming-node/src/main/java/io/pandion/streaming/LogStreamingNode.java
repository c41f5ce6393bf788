package io.pandion.streaming;

import io.pandion.cluster.AppendResult;
import io.pandion.cluster.ChannelAssignment;
import io.pandion.cluster.ChannelLog;
import io.pandion.cluster.Coordinator;
import io.pandion.cluster.Distribution;
import io.pandion.cluster.GrowingInfo;
import io.pandion.cluster.LogEra;
import io.pandion.cluster.QueryNode;
import io.pandion.cluster.ReadPoint;
import io.pandion.cluster.SearchTimes;
import io.pandion.cluster.SearchTimes.Stage;
import io.pandion.cluster.ShardState;
import io.pandion.cluster.ShardWrite;
import io.pandion.cluster.StreamingNode;
import io.pandion.model.CollectionSchema;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.ResultMerger;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.segment.GrowingSegment;
import io.pandion.segment.SegmentGroup;
import io.pandion.storage.SegmentFiles;
import io.pandion.wal.WalProviders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The streaming node: owns pchannels, and answers reads of their shards by merging growing
/// segments with the sealed ones that query nodes hold.
public final class LogStreamingNode implements StreamingNode, AutoCloseable {
  private static final int VIEW_RETRIES = 5;

  /// For a backend to make or remove a log.
  private static final long BACKEND_MILLIS = 15_000;

  private final Coordinator coordinator;
  private final WalProviders wals;
  private final SegmentFiles files;
  private final Function<String, QueryNode> queryNodes;
  private final StreamingSettings settings;
  private final LongSupplier clockMillis;
  private final SearchTimes times;
  private final Consumer<Throwable> onFailure;
  private final Map<String, ChannelOwner> channels = new ConcurrentHashMap<>();
  private final Map<String, ChannelOwner> byShard = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("streaming-timer").daemon().factory());

  /// Links vectors of growing segments into graphs, after the fact and as long as the node lives.
  private final ThreadPoolExecutor linking =
      new ThreadPoolExecutor(
          1,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().name("streaming-linker").daemon().factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  /// @param queryNodes finds a query node by its name
  /// @param times where the time of searches goes
  /// @param onFailure hears when a log fails for good: the channel serves no more
  public LogStreamingNode(
      Coordinator coordinator,
      WalProviders wals,
      SegmentFiles files,
      Function<String, QueryNode> queryNodes,
      StreamingSettings settings,
      LongSupplier clockMillis,
      SearchTimes times,
      Consumer<Throwable> onFailure) {
    this.coordinator = coordinator;
    this.wals = wals;
    this.files = files;
    this.queryNodes = queryNodes;
    this.settings = settings;
    this.clockMillis = clockMillis;
    this.times = times;
    this.onFailure = onFailure;
    linking.allowCoreThreadTimeOut(true);
    var _ =
        timer.scheduleWithFixedDelay(
            () -> channels.values().forEach(ChannelOwner::tick), 1, 1, TimeUnit.SECONDS);
  }

  @Override
  public void open(ChannelAssignment assignment) {
    close(assignment.pchannel());
    ChannelOwner owner =
        new ChannelOwner(
            assignment,
            wals,
            files,
            coordinator,
            queryNodes,
            settings,
            clockMillis,
            linking,
            onFailure);
    channels.put(assignment.pchannel(), owner);
    assignment.shards().forEach(s -> byShard.put(s.vchannel(), owner));
  }

  @Override
  public void close(String pchannel) {
    ChannelOwner owner = channels.remove(pchannel);
    if (owner != null) {
      byShard.values().removeIf(o -> o == owner);
      owner.close();
    }
  }

  @Override
  public void prepareLog(LogEra log) {
    boolean _ =
        Bounded.within(
            BACKEND_MILLIS,
            "the " + log,
            () -> {
              wals.get(log.type()).prepare(log.name());
              return true;
            },
            _ -> {});
  }

  @Override
  public long moveLog(String pchannel, LogEra log) {
    return channel(pchannel).moveLog(log);
  }

  @Override
  public void removeLog(LogEra log) {
    boolean _ =
        Bounded.within(
            BACKEND_MILLIS,
            "the " + log,
            () -> {
              wals.get(log.type()).remove(log.name());
              return true;
            },
            _ -> {});
  }

  @Override
  public List<ChannelLog> logs() {
    return channels.values().stream().map(ChannelOwner::log).toList();
  }

  private ChannelOwner channel(String pchannel) {
    ChannelOwner owner = channels.get(pchannel);
    if (owner == null) {
      throw PandionException.notFound(
          PandionException.Subject.CHANNEL, "channel " + pchannel + " is not open here");
    }
    return owner;
  }

  @Override
  public void addShard(ShardState shard) {
    String pchannel =
        shard.collection().shards().stream()
            .filter(s -> s.vchannel().equals(shard.vchannel()))
            .findFirst()
            .orElseThrow()
            .pchannel();
    ChannelOwner owner = channel(pchannel);
    if (byShard.putIfAbsent(shard.vchannel(), owner) == null) {
      owner.addShard(shard);
    }
  }

  @Override
  public AppendResult append(String vchannel, ShardWrite write) {
    AppendResult result = owner(vchannel).append(vchannel, write);
    if (write instanceof ShardWrite.DropShard) {
      byShard.remove(vchannel);
    }
    return result;
  }

  @Override
  public SearchResult search(String vchannel, SearchPlan plan, ReadPoint point) {
    ChannelOwner owner = owner(vchannel);
    ShardDelegator shard = owner.shard(vchannel);
    long begun = times.now();
    long readAt = Math.min(owner.awaitTick(point.guaranteeTick()), point.latestTick());
    times.ended(Stage.TICK, begun);
    return withView(shard, plan.partitionIds(), view -> search(view, shard.schema(), plan, readAt));
  }

  private SearchResult search(
      ShardView view, CollectionSchema schema, SearchPlan plan, long readAt) {
    List<GrowingSegment> growing = view.growing(plan.partitionIds());
    Map<String, List<Long>> sealed = view.sealed(plan.partitionIds());
    List<SearchResult> parts = new ArrayList<>(1 + sealed.size());
    long begun = times.now();
    // one part alone needs no merging
    if (!growing.isEmpty() || sealed.isEmpty()) {
      parts.add(new SegmentGroup(schema).search(growing, plan, readAt));
      begun = times.ended(Stage.GROWING, begun);
    }
    sealed.forEach(
        (node, segments) -> parts.add(queryNodes.apply(node).search(segments, plan, readAt)));
    if (!sealed.isEmpty()) {
      times.ended(Stage.NODES, begun);
    }
    return ResultMerger.searches(parts, plan.k());
  }

  @Override
  public QueryResult query(String vchannel, QueryPlan plan, ReadPoint point) {
    ChannelOwner owner = owner(vchannel);
    ShardDelegator shard = owner.shard(vchannel);
    long readAt = Math.min(owner.awaitTick(point.guaranteeTick()), point.latestTick());
    return withView(
        shard,
        plan.partitionIds(),
        view -> {
          List<QueryResult> parts = new ArrayList<>();
          parts.add(
              new SegmentGroup(shard.schema())
                  .query(view.growing(plan.partitionIds()), plan, readAt));
          view.sealed(plan.partitionIds())
              .forEach(
                  (node, segments) ->
                      parts.add(queryNodes.apply(node).query(segments, plan, readAt)));
          return ResultMerger.queries(parts, plan.limit(), plan.countOnly());
        });
  }

  /// Reads with the current view; when a query node has just released a segment of it, once more
  /// with the next view.
  private static <T> T withView(
      ShardDelegator shard, Set<Long> partitionIds, Function<ShardView, T> read) {
    PandionException last = null;
    for (int i = 0; i < VIEW_RETRIES; i++) {
      ShardView view = serving(shard, partitionIds);
      try {
        return read.apply(view);
      } catch (PandionException e) {
        if (e.reason() != PandionException.Reason.NOT_FOUND
            || e.subject() != PandionException.Subject.SEGMENT) {
          throw e;
        }
        last = e;
      }
    }
    throw PandionException.unavailable(
        "the segments of shard " + shard.vchannel() + " are moving; retry: " + last);
  }

  /// @throws PandionException NOT_LOADED when the shard does not serve all of these partitions
  private static ShardView serving(ShardDelegator shard, Set<Long> partitionIds) {
    ShardView view = shard.view();
    if (!view.serves(partitionIds)) {
      throw new PandionException(
          PandionException.Reason.NOT_LOADED,
          PandionException.Subject.COLLECTION,
          "collection '" + shard.schema().name() + "' is not loaded, or not fully yet");
    }
    return view;
  }

  @Override
  public boolean distribute(String vchannel, Distribution distribution) {
    ChannelOwner owner = owner(vchannel);
    ShardDelegator shard = owner.shard(vchannel);
    return owner.call(() -> shard.distribute(distribution));
  }

  @Override
  public List<GrowingInfo> growing(long collectionId) {
    List<GrowingInfo> out = new ArrayList<>();
    for (ChannelOwner owner : channels.values()) {
      for (ShardDelegator shard : owner.shards()) {
        if (shard.collectionId() == collectionId) {
          out.addAll(owner.call(shard::infos));
        }
      }
    }
    return out;
  }

  @Override
  public void checkpoint(String vchannel) {
    ChannelOwner owner = owner(vchannel);
    owner.flushDeletes(owner.shard(vchannel));
  }

  private ChannelOwner owner(String vchannel) {
    @Nullable ChannelOwner owner = byShard.get(vchannel);
    if (owner == null) {
      throw PandionException.notFound(
          PandionException.Subject.CHANNEL, "shard " + vchannel + " is not on this node");
    }
    return owner;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    linking.shutdownNow();
    List.copyOf(channels.keySet()).forEach(this::close);
  }
}
