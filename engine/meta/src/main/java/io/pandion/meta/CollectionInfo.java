package io.pandion.meta;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.KeyHash;
import java.util.List;
import java.util.Map;

/// A collection as the catalog knows it.
///
/// @param databaseId its database
/// @param shards in order of their hash ranges, which cover the hash space
/// @param consistencyLevel code of the Milvus protocol: 0 Strong, 1 Session, 2 Bounded, 3
///   Eventually, 4 Customized
/// @param partitionCount number of partitions of a collection with a partition key, else 0
/// @param updateTick tick of the last change of its description
public record CollectionInfo(
    long id,
    long databaseId,
    CollectionSchema schema,
    List<ShardInfo> shards,
    int consistencyLevel,
    int partitionCount,
    Map<String, String> properties,
    long createTick,
    long updateTick) {
  public CollectionInfo {
    shards = List.copyOf(shards);
    properties = Map.copyOf(properties);
  }

  public String name() {
    return schema.name();
  }

  /// Index in [#shards] of the shard that owns the key.
  public int shardOf(Column keys, int row) {
    long hash = KeyHash.shard(keys, row);
    int low = 0;
    int high = shards.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (hash < shards.get(middle).range().to()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
