package io.pandion.coordinator;

import io.pandion.meta.SegmentInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All that a plan depends on, at one moment. Immutable.
///
/// @param segments by id, dropped ones included
/// @param deltaLsns per shard: all its deletes up to here are in L0 segments, or were taken in
/// @param copies loaded segments by id
/// @param served per shard
/// @param merging segments that a compaction under way replaces
/// @param broken shards that serve a copy which is gone
/// @param untold shards that hear once more what they serve
/// @param deletedRows deleted rows of loaded segments, as far as known
/// @param queryNodes their names
record PlanState(
    CatalogState catalog,
    Map<Long, SegmentInfo> segments,
    Map<String, List<SegmentInfo>> shards,
    Map<String, Long> deltaLsns,
    Map<Long, Copy> copies,
    Map<String, Served> served,
    Set<Long> merging,
    Set<String> broken,
    Set<String> untold,
    Map<Long, Long> deletedRows,
    Set<String> queryNodes,
    List<ManualCompaction> manual,
    CoordinatorSettings settings,
    long nowMillis) {
  static final long ALL_PARTITIONS = -1;

  /// Segments by shard, oldest first.
  static Map<String, List<SegmentInfo>> byShard(Map<Long, SegmentInfo> segments) {
    Map<String, List<SegmentInfo>> out = new HashMap<>();
    segments.values().stream()
        .sorted(Comparator.comparingLong(SegmentInfo::id))
        .forEach(s -> out.computeIfAbsent(s.vchannel(), _ -> new ArrayList<>()).add(s));
    return out;
  }

  /// Segments of a shard, dropped ones included, oldest first.
  List<SegmentInfo> shard(String vchannel) {
    return shards.getOrDefault(vchannel, List.of());
  }

  /// Live segments of a shard that hold rows.
  List<SegmentInfo> rows(String vchannel) {
    return shard(vchannel).stream()
        .filter(s -> s.live() && s.level() != SegmentInfo.Level.L0)
        .toList();
  }

  /// Live L0 segments of a shard.
  List<SegmentInfo> deltas(String vchannel) {
    return shard(vchannel).stream()
        .filter(s -> s.live() && s.level() == SegmentInfo.Level.L0)
        .toList();
  }

  /// Live L0 segments with deletes that a segment's own files may lack.
  List<SegmentInfo> deltasOf(SegmentInfo segment) {
    return deltas(segment.vchannel()).stream().filter(d -> lacks(segment, d)).toList();
  }

  /// Whether a segment's own files may lack deletes of an L0 segment that concern it.
  static boolean lacks(SegmentInfo segment, SegmentInfo delta) {
    return segment.lastLsn() < delta.lastLsn()
        && (delta.partitionId() == ALL_PARTITIONS || delta.partitionId() == segment.partitionId());
  }

  /// Up to where a copy has deletes when it is loaded with all of [#deltasOf].
  long deltaLsn(SegmentInfo segment) {
    return Math.max(segment.lastLsn(), deltaLsns.getOrDefault(segment.vchannel(), 0L));
  }

  Served served(String vchannel) {
    return served.getOrDefault(vchannel, Served.opened(Set.of()));
  }

  Optional<SegmentInfo> segment(long id) {
    return Optional.ofNullable(segments.get(id));
  }

  @Nullable Copy copy(long segmentId) {
    Copy copy = copies.get(segmentId);
    return copy == null || !queryNodes.contains(copy.node()) ? null : copy;
  }
}
