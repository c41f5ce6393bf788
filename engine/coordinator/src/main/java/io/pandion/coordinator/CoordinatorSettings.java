package io.pandion.coordinator;

/// Settings of the coordinator. Times in milliseconds.
///
/// @param channels number of pchannels
/// @param tickWindow how far ahead of the clock ticks are reserved in the meta store
/// @param gcDelay how long a dropped segment keeps its files
/// @param smallSegmentBytes segments below it are merged
/// @param largestSegmentBytes a merge makes no larger segment
/// @param mergeWidth small segments of one shard and partition that start a merge
/// @param deltaLimit L0 segments of a shard that start a merge
/// @param taskAttempts attempts of a task before it counts as failed
/// @param retryDelay pause before the next attempt; doubles with each
public record CoordinatorSettings(
    int channels,
    long tickWindow,
    long gcDelay,
    long smallSegmentBytes,
    long largestSegmentBytes,
    int mergeWidth,
    int deltaLimit,
    int taskAttempts,
    long retryDelay) {
  public static final CoordinatorSettings DEFAULT =
      new CoordinatorSettings(4, 10_000, 86_400_000, 128L << 20, 1L << 30, 4, 16, 5, 1_000);
}
