package io.pandion.cluster;

import java.util.List;

/// A durable write.
///
/// @param tick of the write
/// @param lsn of the write
/// @param sealedSegments segments that it sealed ([ShardWrite.Flush])
public record AppendResult(long tick, long lsn, List<Long> sealedSegments) {
  public AppendResult {
    sealedSegments = List.copyOf(sealedSegments);
  }
}
