package io.pandion.cluster;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.RowBatch;

/// What can be appended to a shard.
public sealed interface ShardWrite {
  record Insert(long partitionId, RowBatch rows) implements ShardWrite {}

  /// @param partitionId or `WalPayload.ALL_PARTITIONS`
  record Delete(long partitionId, Column keys) implements ShardWrite {}

  /// Removes `keys` from all partitions and inserts the rows, at one tick.
  record Upsert(long partitionId, Column keys, RowBatch rows) implements ShardWrite {}

  record CreateShard(CollectionSchema schema) implements ShardWrite {}

  record DropShard() implements ShardWrite {}

  record DropPartition(long partitionId) implements ShardWrite {}

  record Truncate() implements ShardWrite {}

  record AlterSchema(CollectionSchema schema) implements ShardWrite {}

  /// Seals the growing segments of the shard; they are flushed soon.
  record Flush() implements ShardWrite {}
}
