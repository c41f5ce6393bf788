package io.pandion.cluster;

/// How fresh a read must be.
///
/// @param guaranteeTick the shard must have applied every write acknowledged with a tick at or
///   below it; 0 = take what is there
public record ReadPoint(long guaranteeTick) {
  public static final ReadPoint EVENTUALLY = new ReadPoint(0);
}
