package io.pandion.streaming;

/// Settings of a streaming node.
///
/// @param segmentMaxRows a growing segment is sealed when it has so many rows
/// @param segmentMaxBytes … or so many bytes of values
/// @param segmentMaxAgeMillis … or when its first row is so old
/// @param growingMaxBytes of all growing segments of a pchannel; above it the largest is sealed, at
///   twice of it writes are refused until flushes catch up
/// @param deleteBufferRows so many unflushed deletes of a shard are written to a deltalog
/// @param deleteMaxAgeMillis … or when the oldest is so old
/// @param queueMaxBytes of writes that wait for the log; more are refused
public record StreamingSettings(
    int segmentMaxRows,
    long segmentMaxBytes,
    long segmentMaxAgeMillis,
    long growingMaxBytes,
    int deleteBufferRows,
    long deleteMaxAgeMillis,
    long queueMaxBytes) {
  public static StreamingSettings defaults() {
    return new StreamingSettings(
        1_000_000, 256L << 20, 600_000, 512L << 20, 100_000, 600_000, 256L << 20);
  }
}
