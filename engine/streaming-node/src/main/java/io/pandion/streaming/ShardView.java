package io.pandion.streaming;

import io.pandion.cluster.Distribution;
import io.pandion.segment.GrowingSegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a shard serves at one moment: immutable, so that a read sees either all of a change or
/// nothing of it.
record ShardView(List<GrowingSegment> growing, Distribution distribution) {
  static final Distribution NOTHING =
      new Distribution(-1, false, false, Set.of(), List.of(), Set.of());

  ShardView {
    growing = List.copyOf(growing);
  }

  ShardView with(GrowingSegment segment) {
    List<GrowingSegment> more = new ArrayList<>(growing);
    more.add(segment);
    return new ShardView(more, distribution);
  }

  ShardView without(Set<Long> segmentIds) {
    return new ShardView(
        growing.stream().filter(s -> !segmentIds.contains(s.id())).toList(), distribution);
  }

  ShardView with(Distribution newer) {
    return new ShardView(growing, newer).without(newer.covered());
  }

  /// A copy of a segment missed a delete: nothing is served until the next distribution.
  ShardView withdrawn() {
    return new ShardView(
        growing,
        new Distribution(distribution.version(), false, false, Set.of(), List.of(), Set.of()));
  }

  /// Whether all of these partitions (empty = those that are loaded) can be read.
  boolean serves(Set<Long> partitionIds) {
    return distribution.loaded()
        && (distribution.wholeCollection()
            || distribution.partitionIds().containsAll(partitionIds));
  }

  /// Growing segments that a read of these partitions (empty = all) must look at.
  List<GrowingSegment> growing(Set<Long> partitionIds) {
    return growing.stream().filter(s -> reads(partitionIds, s.partitionId())).toList();
  }

  /// Sealed segments by query node.
  Map<String, List<Long>> sealed(Set<Long> partitionIds) {
    Map<String, List<Long>> out = new LinkedHashMap<>();
    for (Distribution.Placement p : distribution.placements()) {
      if (reads(partitionIds, p.partitionId())) {
        out.computeIfAbsent(p.queryNode(), _ -> new ArrayList<>()).add(p.segmentId());
      }
    }
    return out;
  }

  private boolean reads(Set<Long> wanted, long partitionId) {
    boolean loaded =
        distribution.wholeCollection() || distribution.partitionIds().contains(partitionId);
    return loaded && (wanted.isEmpty() || wanted.contains(partitionId));
  }
}
