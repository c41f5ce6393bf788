package io.pandion.cluster;

import java.util.List;
import java.util.Set;

/// Which sealed segments a shard shall serve, and from which query node.
///
/// @param version rises; an older one is ignored
/// @param loaded whether the collection is loaded at all
/// @param partitionIds partitions that are loaded (growing rows of others are not served)
/// @param wholeCollection true when every partition, also a new one, is loaded
/// @param covered segments whose rows are in the placements, or gone for good: their growing copies
///   are dropped
public record Distribution(
    long version,
    boolean loaded,
    boolean wholeCollection,
    Set<Long> partitionIds,
    List<Placement> placements,
    Set<Long> covered) {
  /// A loaded segment.
  ///
  /// @param deltaLsn deletes with an lsn at or below it are in the loaded copy
  public record Placement(
      long segmentId, long partitionId, long manifestVersion, String queryNode, long deltaLsn) {}

  public Distribution {
    partitionIds = Set.copyOf(partitionIds);
    placements = List.copyOf(placements);
    covered = Set.copyOf(covered);
  }
}
