package io.pandion.coordinator;

import io.pandion.cluster.Distribution;
import io.pandion.cluster.Distribution.Placement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The distribution that a shard has taken last. Immutable.
///
/// @param placed placements by segment
record Served(Distribution distribution, Map<Long, Placement> placed) {
  private Served(Distribution distribution) {
    this(distribution, index(distribution));
  }

  private static Map<Long, Placement> index(Distribution distribution) {
    Map<Long, Placement> placed = new HashMap<>();
    distribution.placements().forEach(p -> placed.put(p.segmentId(), p));
    return Map.copyOf(placed);
  }

  static Served of(Distribution distribution) {
    return new Served(distribution);
  }

  /// A shard that was just opened: it serves nothing, and has no growing copies of segments that
  /// have files.
  static Served opened(Set<Long> filed) {
    return new Served(new Distribution(0, false, false, Set.of(), List.of(), filed));
  }

  boolean loaded() {
    return distribution.loaded();
  }

  boolean serves(long partitionId) {
    return distribution.loaded()
        && (distribution.wholeCollection() || distribution.partitionIds().contains(partitionId));
  }

  @Nullable Placement placement(long segmentId) {
    return placed.get(segmentId);
  }

  boolean covers(long segmentId) {
    return distribution.covered().contains(segmentId);
  }

  /// Whether a distribution says anything that the shard has not heard.
  boolean differs(Distribution next) {
    return next.loaded() != distribution.loaded()
        || next.wholeCollection() != distribution.wholeCollection()
        || !next.partitionIds().equals(distribution.partitionIds())
        || !new HashSet<>(next.placements()).equals(new HashSet<>(distribution.placements()))
        || !distribution.covered().containsAll(next.covered());
  }
}
