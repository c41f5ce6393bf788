package io.pandion.coordinator;

import io.pandion.cluster.AppendResult;
import io.pandion.cluster.Coordinator.FlushTicket;
import io.pandion.cluster.GrowingInfo;
import io.pandion.cluster.ShardWrite;
import io.pandion.cluster.StreamingNode;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.ShardInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What a client asked to have flushed, and whether it is. A ticket names all that it waits for, so
/// that nothing is kept here. Any number of threads.
final class FlushTickets {
  private final Ledger ledger;
  private final Shards shards;

  FlushTickets(Ledger ledger, Shards shards) {
    this.ledger = ledger;
    this.shards = shards;
  }

  /// Seals what grows, and tells what to wait for.
  FlushTicket issue(CollectionInfo collection) {
    Set<Long> segments = new HashSet<>();
    for (StreamingNode node : shards.nodes()) {
      node.growing(collection.id()).stream().map(GrowingInfo::segmentId).forEach(segments::add);
    }
    Map<String, Long> channels = new HashMap<>();
    long tick = 0;
    for (ShardInfo shard : collection.shards()) {
      AppendResult result = shards.append(shard.vchannel(), new ShardWrite.Flush());
      segments.addAll(result.sealedSegments());
      channels.put(shard.vchannel(), result.tick());
      tick = Math.max(tick, result.tick());
    }
    return new FlushTicket(collection.id(), Set.copyOf(segments), Map.copyOf(channels), tick);
  }

  boolean flushed(FlushTicket ticket) {
    if (ledger.catalog().collection(ticket.collectionId()).isEmpty()) {
      return true;
    }
    for (Map.Entry<String, Long> channel : ticket.channelTicks().entrySet()) {
      if (ledger.checkpoint(channel.getKey()).tick() < channel.getValue()) {
        return false;
      }
    }
    return !ticket.channelTicks().isEmpty() || inFiles(ticket);
  }

  /// A ticket that names segments only: none of them grows any more.
  private boolean inFiles(FlushTicket ticket) {
    for (StreamingNode node : shards.nodes()) {
      for (GrowingInfo growing : node.growing(ticket.collectionId())) {
        if (ticket.segmentIds().contains(growing.segmentId())) {
          return false;
        }
      }
    }
    return true;
  }
}
