package io.pandion.coordinator;

import io.pandion.cluster.Distribution.Placement;
import io.pandion.meta.SegmentInfo;

/// A segment as a query node has it.
///
/// @param schemaVersion of the collection when it was loaded
/// @param deltaLsn deletes with an lsn at or below it are in the copy
/// @param stale true when it must be brought up to date before a distribution may place it
record Copy(SegmentInfo segment, String node, int schemaVersion, long deltaLsn, boolean stale) {
  Placement placement() {
    return new Placement(
        segment.id(), segment.partitionId(), segment.manifestVersion(), node, deltaLsn);
  }

  Copy asStale() {
    return new Copy(segment, node, schemaVersion, deltaLsn, true);
  }
}
