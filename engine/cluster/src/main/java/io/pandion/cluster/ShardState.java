package io.pandion.cluster;

import io.pandion.meta.CollectionInfo;
import io.pandion.meta.SegmentInfo;
import java.util.List;
import java.util.Set;

/// What the owner of a shard must know to recover and serve it.
///
/// @param checkpointLsn messages at and below it are in files
/// @param segments the shard's segments with files: live ones, and dropped ones that the log may
///   still mention
/// @param partitionIds partitions that exist
public record ShardState(
    CollectionInfo collection,
    String vchannel,
    long checkpointLsn,
    List<SegmentInfo> segments,
    Set<Long> partitionIds) {
  public ShardState {
    segments = List.copyOf(segments);
    partitionIds = Set.copyOf(partitionIds);
  }
}
