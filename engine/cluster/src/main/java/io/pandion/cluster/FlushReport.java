package io.pandion.cluster;

import io.pandion.model.CollectionSchema;
import java.util.List;

/// What a streaming node wrote for a shard, or just its new checkpoint.
///
/// @param segments that now have files, committed together
/// @param checkpointLsn messages of the shard at and below it are in files
/// @param checkpointTick tick of that point
public record FlushReport(
    String pchannel,
    long term,
    String vchannel,
    List<FlushedSegment> segments,
    long checkpointLsn,
    long checkpointTick) {
  public FlushReport {
    segments = List.copyOf(segments);
  }

  /// A new segment with its files; level `L0` (deletes of a partition, or of all) or `L1`.
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
