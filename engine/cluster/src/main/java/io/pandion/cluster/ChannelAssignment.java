package io.pandion.cluster;

import java.util.List;

/// Gives a pchannel to a streaming node.
///
/// @param term rises with every assignment of the pchannel
/// @param logs where its messages lie, oldest first: each run ends where the next one begins
public record ChannelAssignment(
    String pchannel, long term, List<LogEra> logs, List<ShardState> shards) {
  public ChannelAssignment {
    logs = List.copyOf(logs);
    shards = List.copyOf(shards);
  }
}
