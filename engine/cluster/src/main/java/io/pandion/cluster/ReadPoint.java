package io.pandion.cluster;

/// How fresh a read must be.
///
/// @param guaranteeTick the shard must have applied every write acknowledged with a tick at or
///   below it; 0 = take what is there
/// @param latestTick what has a higher tick is not seen, so that several reads see the same rows
public record ReadPoint(long guaranteeTick, long latestTick) {
  public static final ReadPoint EVENTUALLY = new ReadPoint(0);

  public ReadPoint(long guaranteeTick) {
    this(guaranteeTick, Long.MAX_VALUE);
  }

  /// Everything up to the tick and nothing behind it.
  public static ReadPoint at(long tick) {
    return new ReadPoint(tick, tick);
  }
}
