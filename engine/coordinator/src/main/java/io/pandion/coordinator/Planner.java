package io.pandion.coordinator;

import io.pandion.meta.CollectionInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What must be done, given what is. Pure: no clock, no I/O; the same state gives the same
/// commands.
///
/// All that is wanted is said every time: whoever carries it out leaves out what is under way.
final class Planner {
  private final PlanState state;
  private final List<Command> out = new ArrayList<>();
  private final Map<String, Long> nodeBytes = new TreeMap<>();

  private Planner(PlanState state) {
    this.state = state;
    state.queryNodes().forEach(n -> nodeBytes.put(n, 0L));
    for (Copy copy : state.copies().values()) {
      nodeBytes.computeIfPresent(copy.node(), (_, bytes) -> bytes + copy.segment().bytes());
    }
  }

  static List<Command> plan(PlanState state) {
    Planner planner = new Planner(state);
    for (CollectionInfo collection : state.catalog().collections()) {
      for (ShardInfo shard : collection.shards()) {
        planner.shard(collection, shard.vchannel());
      }
    }
    planner.manual();
    planner.releases();
    return planner.out;
  }

  private void shard(CollectionInfo collection, String vchannel) {
    Optional<LoadInfo> load = state.catalog().load(collection.id());
    for (SegmentInfo segment : state.rows(vchannel)) {
      if (load.isPresent() && load.get().covers(segment.partitionId())) {
        load(collection, segment);
      }
    }
    if (HandOver.next(state, collection, vchannel, 0).isPresent()) {
      out.add(new Command.Distribute(vchannel));
    }
    for (SegmentInfo segment : state.rows(vchannel)) {
      if (!state.merging().contains(segment.id())) {
        indexes(collection, segment);
      }
    }
    Merges merges = new Merges(state, collection, vchannel);
    out.addAll(merges.due());
    if (!merges.spent().isEmpty()) {
      out.add(new Command.DropDeltas(vchannel));
    }
  }

  private void load(CollectionInfo collection, SegmentInfo segment) {
    Copy copy = state.copy(segment.id());
    boolean fresh =
        copy != null
            && !copy.stale()
            && copy.segment().manifestVersion() >= segment.manifestVersion()
            && copy.schemaVersion() >= collection.schema().version();
    if (fresh || nodeBytes.isEmpty() || state.broken().contains(segment.vchannel())) {
      return;
    }
    String node = copy != null ? copy.node() : emptiest();
    nodeBytes.merge(node, segment.bytes(), Long::sum);
    out.add(
        new Command.Load(
            segment,
            collection.schema(),
            state.catalog().indexes(collection.id()),
            state.deltasOf(segment),
            node,
            state.deltaLsn(segment)));
  }

  private String emptiest() {
    return nodeBytes.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }

  private void indexes(CollectionInfo collection, SegmentInfo segment) {
    List<IndexInfo> indexes = state.catalog().indexes(collection.id());
    for (IndexInfo index : indexes) {
      if (!segment.indexes().containsKey(index.id())
          && IndexRules.wanted(collection.schema(), index, segment)) {
        out.add(new Command.BuildIndex(segment, collection.schema(), index));
      }
    }
    for (long built : segment.indexes().keySet()) {
      if (indexes.stream().noneMatch(i -> i.id() == built)) {
        out.add(new Command.StripIndexes(segment));
        return;
      }
    }
  }

  private void manual() {
    for (ManualCompaction asked : state.manual()) {
      for (List<Long> group : asked.pending()) {
        List<SegmentInfo> sources = group.stream().map(state.segments()::get).toList();
        if (sources.stream().allMatch(Objects::nonNull)
            && sources.stream().noneMatch(s -> state.merging().contains(s.id()))) {
          SegmentInfo first = sources.getFirst();
          state
              .catalog()
              .collection(first.collectionId())
              .ifPresent(
                  c ->
                      out.add(new Merges(state, c, first.vchannel()).compact(sources, asked.id())));
        }
      }
    }
  }

  /// Copies that no shard serves, no plan places and no unloaded segment is replaced by.
  private void releases() {
    Set<Long> needed = new HashSet<>();
    for (CollectionInfo collection : state.catalog().collections()) {
      Optional<LoadInfo> load = state.catalog().load(collection.id());
      for (ShardInfo shard : collection.shards()) {
        needed.addAll(state.served(shard.vchannel()).placed().keySet());
        for (SegmentInfo s : state.rows(shard.vchannel())) {
          if (load.isPresent() && load.get().covers(s.partitionId())) {
            need(s, needed);
          }
        }
      }
    }
    Map<String, List<Long>> unneeded = new HashMap<>();
    for (Copy copy : state.copies().values()) {
      if (!needed.contains(copy.segment().id())) {
        unneeded.computeIfAbsent(copy.node(), _ -> new ArrayList<>()).add(copy.segment().id());
      }
    }
    unneeded.forEach((node, ids) -> out.add(new Command.Release(node, ids)));
  }

  private void need(SegmentInfo segment, Collection<Long> needed) {
    needed.add(segment.id());
    Copy copy = state.copy(segment.id());
    if (copy == null || copy.stale()) {
      segment.compactedFrom().forEach(id -> state.segment(id).ifPresent(s -> need(s, needed)));
    }
  }
}
