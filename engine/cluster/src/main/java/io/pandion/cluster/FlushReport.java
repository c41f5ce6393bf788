package io.pandion.cluster;

import io.pandion.model.CollectionSchema;
import java.util.List;
import java.util.Optional;

/// What a streaming node wrote for a shard, or just its new checkpoint.
///
/// @param segment the segment that now has files, if any
/// @param checkpointLsn messages of the shard at and below it are in files
/// @param checkpointTick tick of that point
public record FlushReport(
    String pchannel,
    long term,
    String vchannel,
    Optional<FlushedSegment> segment,
    long checkpointLsn,
    long checkpointTick) {
  /// A new segment with its files; level `L0` or `L1`.
  public record FlushedSegment(
      long id,
      long collectionId,
      long partitionId,
      String level,
      long rows,
      long bytes,
      long firstLsn,
      long lastLsn,
      long firstTick,
      long lastTick,
      CollectionSchema schema,
      List<DataNode.TaskFile> files) {
    public FlushedSegment {
      files = List.copyOf(files);
    }
  }
}
