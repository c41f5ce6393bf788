package io.pandion.meta;

import java.util.Set;

/// What of a collection is loaded.
///
/// @param wholeCollection true when new partitions are loaded too
/// @param partitionIds the loaded partitions when `wholeCollection` is false
public record LoadInfo(
    long collectionId,
    boolean wholeCollection,
    Set<Long> partitionIds,
    int replicas,
    long loadTick) {
  public LoadInfo {
    partitionIds = Set.copyOf(partitionIds);
  }

  public boolean covers(long partitionId) {
    return wholeCollection || partitionIds.contains(partitionId);
  }
}
