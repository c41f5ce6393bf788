package io.pandion.meta;

/// A partition of a collection. Every collection has `_default`, or `_default_0` … with a partition
/// key.
public record PartitionInfo(long id, long collectionId, String name, long createTick) {
  public static final String DEFAULT = "_default";
}
