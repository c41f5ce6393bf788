package io.pandion.cluster;

/// A segment that has no files yet.
///
/// @param sealed true when no more rows enter it
public record GrowingInfo(
    long segmentId,
    long collectionId,
    long partitionId,
    String vchannel,
    long rows,
    long bytes,
    boolean sealed) {}
