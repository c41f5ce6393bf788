package io.pandion.wal;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.RowBatch;
import java.util.List;

/// What a WAL message says.
public sealed interface WalPayload {
  /// Partition id that stands for every partition of the collection.
  long ALL_PARTITIONS = -1;

  /// New rows of one partition, in one growing segment.
  record Insert(long collectionId, long partitionId, long segmentId, RowBatch rows)
      implements WalPayload {}

  /// Removes the rows with these primary keys that are older than the message's tick.
  record Delete(long collectionId, long partitionId, Column keys) implements WalPayload {}

  /// A [Delete] of the keys in all partitions and an [Insert], at one tick.
  record Upsert(long collectionId, long partitionId, long segmentId, Column keys, RowBatch rows)
      implements WalPayload {}

  /// No more rows will enter these segments: they are flushed.
  record SealSegments(long collectionId, List<Long> segmentIds) implements WalPayload {
    public SealSegments {
      segmentIds = List.copyOf(segmentIds);
    }
  }

  /// The shard begins.
  record CreateShard(long collectionId, CollectionSchema schema) implements WalPayload {}

  /// The shard ends: nothing of it is needed any more.
  record DropShard(long collectionId) implements WalPayload {}

  /// The partition and its rows are gone.
  record DropPartition(long collectionId, long partitionId) implements WalPayload {}

  /// All rows of the shard that are older than the message's tick are gone.
  record Truncate(long collectionId) implements WalPayload {}

  /// Rows from here on may have the fields of this schema.
  record AlterSchema(long collectionId, CollectionSchema schema) implements WalPayload {}

  /// First message of a term: nothing of a lower term follows.
  record RecoveryBarrier() implements WalPayload {}
}
