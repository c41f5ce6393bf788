package io.pandion.coordinator;

import io.pandion.cluster.Distribution;
import io.pandion.cluster.Distribution.Placement;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.meta.SegmentInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Decides what a shard serves next. Pure.
///
/// Every row of a loaded partition is in exactly one place: in the segment that holds it now, or,
/// until that is loaded, in the segments it was made from, or in the growing copy that the shard
/// still has. A partition is served when all its rows are; a shard begins to serve when all loaded
/// partitions are.
final class HandOver {
  private final PlanState state;
  private final String vchannel;
  private final Served served;
  private final List<Placement> placements = new ArrayList<>();
  private final Set<Long> growing = new HashSet<>();

  private HandOver(PlanState state, String vchannel) {
    this.state = state;
    this.vchannel = vchannel;
    this.served = state.served(vchannel);
  }

  /// What to tell the shard, or nothing when it has heard all or must wait.
  static Optional<Distribution> next(
      PlanState state, CollectionInfo collection, String vchannel, long version) {
    HandOver handOver = new HandOver(state, vchannel);
    if (state.broken().contains(vchannel)) {
      return Optional.of(handOver.nothing(version, handOver.served.distribution().covered()));
    }
    return handOver
        .plan(collection, version)
        .filter(next -> handOver.served.differs(next) || state.untold().contains(vchannel));
  }

  private Optional<Distribution> plan(CollectionInfo collection, long version) {
    Optional<LoadInfo> load = state.catalog().load(collection.id());
    if (load.isEmpty()) {
      return Optional.of(nothing(version, covered()));
    }
    Set<Long> ready = new HashSet<>();
    boolean all = true;
    for (PartitionInfo partition : state.catalog().partitions(collection.id())) {
      if (load.get().covers(partition.id())) {
        if (take(partition.id())) {
          ready.add(partition.id());
        } else if (!served.loaded() || served.serves(partition.id())) {
          return Optional.empty();
        } else {
          all = false;
        }
      }
    }
    boolean whole = all && load.get().wholeCollection();
    return Optional.of(
        new Distribution(version, true, whole, whole ? Set.of() : ready, placements, covered()));
  }

  private Distribution nothing(long version, Set<Long> covered) {
    return new Distribution(version, false, false, Set.of(), List.of(), covered);
  }

  /// Finds a place for all rows of a partition.
  private boolean take(long partitionId) {
    int mark = placements.size();
    for (SegmentInfo segment : state.rows(vchannel)) {
      if (segment.partitionId() == partitionId && !place(segment)) {
        placements.subList(mark, placements.size()).clear();
        return false;
      }
    }
    return true;
  }

  private boolean place(SegmentInfo segment) {
    Copy copy = state.copy(segment.id());
    if (copy != null && !copy.stale()) {
      placements.add(copy.placement());
      return true;
    }
    Placement held = served.placement(segment.id());
    if (held != null) {
      placements.add(held);
      return true;
    }
    if (segment.compactedFrom().isEmpty()) {
      return !served.covers(segment.id()) && growing.add(segment.id());
    }
    for (long source : segment.compactedFrom()) {
      Optional<SegmentInfo> before = state.segment(source);
      if (before.isEmpty() || !place(before.get())) {
        return false;
      }
    }
    return true;
  }

  /// Segments of flushes whose growing copy is not needed (any more).
  private Set<Long> covered() {
    Set<Long> out = new HashSet<>();
    for (SegmentInfo segment : state.shard(vchannel)) {
      if (segment.level() == SegmentInfo.Level.L1 && !growing.contains(segment.id())) {
        out.add(segment.id());
      }
    }
    return out;
  }
}
