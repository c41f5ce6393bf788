package io.pandion.cluster;

import java.util.List;

/// Gives a pchannel to a streaming node.
///
/// @param term rises with every assignment of the pchannel
public record ChannelAssignment(String pchannel, long term, List<ShardState> shards) {
  public ChannelAssignment {
    shards = List.copyOf(shards);
  }
}
