package io.pandion.cluster;

import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import java.util.List;

/// Work on files that can be repeated: everything that the worker needs is in it. Only the
/// coordinator makes results count.
///
/// @param taskId names the task; a second attempt has the same id and a higher attempt
public record TaskSpec(long taskId, int attempt, Work work) {
  /// What to do.
  public sealed interface Work {
    /// Builds one index on one segment.
    record BuildIndex(SegmentInfo segment, CollectionSchema schema, IndexInfo index)
        implements Work {}

    /// Merges segments of one partition and shard into one, applying deletes with a tick at or
    /// below `dropBelowTick`; later ones are carried over into its deltalog.
    record Compact(
        List<SegmentInfo> segments,
        List<SegmentInfo> deltas,
        CollectionSchema schema,
        long targetSegmentId,
        long dropBelowTick)
        implements Work {
      public Compact {
        segments = List.copyOf(segments);
        deltas = List.copyOf(deltas);
      }
    }
  }
}
