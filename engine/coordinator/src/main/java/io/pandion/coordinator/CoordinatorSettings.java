package io.pandion.coordinator;

/// Settings of the coordinator. Times in milliseconds.
///
/// @param channels number of pchannels
/// @param tickWindow how far ahead of the clock ticks are reserved in the meta store
/// @param gcDelay how long a dropped segment, or a file that nothing names, stays in the bucket
/// @param smallSegmentBytes segments below it are merged
/// @param largestSegmentBytes a merge makes no larger segment
/// @param mergeWidth small segments of one shard and partition that start a merge
/// @param deltaLimit L0 segments of a shard; more are folded into its segments
/// @param taskAttempts attempts of a task before it counts as failed
/// @param retryDelay pause before the next attempt; doubles with each
/// @param deleteRetention a compaction keeps deleted rows for so long, so that reads under way stay
///   true
/// @param planPeriod pause between two plans when nothing happens
public record CoordinatorSettings(
    int channels,
    long tickWindow,
    long gcDelay,
    long smallSegmentBytes,
    long largestSegmentBytes,
    int mergeWidth,
    int deltaLimit,
    int taskAttempts,
    long retryDelay,
    long deleteRetention,
    long planPeriod) {
  private static final long DELETE_RETENTION = 60_000;
  private static final long PLAN_PERIOD = 30_000;

  public static final CoordinatorSettings DEFAULT =
      new CoordinatorSettings(4, 10_000, 86_400_000, 128L << 20, 1L << 30, 4, 16, 5, 1_000);

  /// With the default retention of deleted rows and pause between plans.
  public CoordinatorSettings(
      int channels,
      long tickWindow,
      long gcDelay,
      long smallSegmentBytes,
      long largestSegmentBytes,
      int mergeWidth,
      int deltaLimit,
      int taskAttempts,
      long retryDelay) {
    this(
        channels,
        tickWindow,
        gcDelay,
        smallSegmentBytes,
        largestSegmentBytes,
        mergeWidth,
        deltaLimit,
        taskAttempts,
        retryDelay,
        DELETE_RETENTION,
        PLAN_PERIOD);
  }
}
