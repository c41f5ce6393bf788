package io.pandion.coordinator;

import io.pandion.cluster.AppendResult;
import io.pandion.cluster.ChannelAssignment;
import io.pandion.cluster.ShardState;
import io.pandion.cluster.ShardWrite;
import io.pandion.cluster.StreamingNode;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The pchannels, their owners and terms. Threads: any number once open.
final class Shards {
  private static final String PREFIX = "pandion-dml_";

  /// A pchannel, or a vchannel of it.
  private static final Pattern CHANNEL = Pattern.compile(PREFIX + "([0-9]{1,6})(?:_.*)?");

  private final List<StreamingNode> nodes = new CopyOnWriteArrayList<>();
  private final Ledger ledger;
  private final int channels;
  private final String logType;

  /// @param logType of channels that have no log yet
  Shards(Ledger ledger, int channels, String logType) {
    this.ledger = ledger;
    this.channels = channels;
    this.logType = logType;
  }

  void attach(StreamingNode node) {
    nodes.add(node);
  }

  List<StreamingNode> nodes() {
    return List.copyOf(nodes);
  }

  int channels() {
    return channels;
  }

  /// All that are open.
  List<String> pchannels() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < Math.max(channels, used()); i++) {
      all.add(pchannel(i));
    }
    return all;
  }

  /// Kind of log that all channels have, or are about to have. What the ledger has recorded wins
  /// over the settings.
  String logType() {
    return ledger.hasLog(pchannel(0)) ? ledger.log(pchannel(0)).target() : logType;
  }

  static String pchannel(int index) {
    return PREFIX + index;
  }

  /// Raises each term durably, then gives each pchannel to its owner.
  ///
  /// @param opened hears of every shard and its segments with files, before it is open
  void open(BiConsumer<String, List<SegmentInfo>> opened) {
    prepareNew();
    for (String pchannel : pchannels()) {
      long term = ledger.term(pchannel) + 1;
      LogChain chain =
          ledger.hasLog(pchannel)
              ? ledger.log(pchannel).giveUp()
              : LogChain.first(pchannel, logType());
      ledger.commit(
          new Changes().put(Ledger.channelKey(pchannel), term).put(Ledger.logKey(pchannel), chain));
      List<ShardState> shards = new ArrayList<>();
      for (CollectionInfo collection : ledger.catalog().collections()) {
        for (ShardInfo shard : collection.shards()) {
          if (shard.pchannel().equals(pchannel)) {
            ShardState state = state(collection, shard.vchannel());
            opened.accept(shard.vchannel(), state.segments());
            shards.add(state);
          }
        }
      }
      owner(pchannel).open(new ChannelAssignment(pchannel, term, chain.eras(), shards));
    }
  }

  /// What the settings name is recorded for ever, so it is tried first.
  private void prepareNew() {
    for (String pchannel : pchannels()) {
      if (!ledger.hasLog(pchannel)) {
        owner(pchannel).prepareLog(LogChain.first(pchannel, logType()).current());
      }
    }
  }

  /// Channels that have shards, up to the last one: there may once have been more than now.
  private int used() {
    return 1
        + ledger.catalog().collections().stream()
            .flatMap(c -> c.shards().stream())
            .mapToInt(s -> Integer.parseInt(s.pchannel().substring(PREFIX.length())))
            .max()
            .orElse(-1);
  }

  private ShardState state(CollectionInfo collection, String vchannel) {
    return new ShardState(
        collection,
        vchannel,
        ledger.checkpoint(vchannel).lsn(),
        ledger.segments().stream().filter(s -> s.vchannel().equals(vchannel)).toList(),
        ledger.catalog().partitions(collection.id()).stream()
            .map(PartitionInfo::id)
            .collect(Collectors.toSet()));
  }

  StreamingNode owner(String channel) {
    if (nodes.isEmpty()) {
      throw PandionException.unavailable("no streaming node is attached for " + channel);
    }
    Matcher known = CHANNEL.matcher(channel);
    if (!known.matches()) {
      throw PandionException.notFound(
          PandionException.Subject.CHANNEL, "channel '" + channel + "' does not exist");
    }
    return nodes.get(Integer.parseInt(known.group(1)) % nodes.size());
  }

  AppendResult append(String vchannel, ShardWrite write) {
    return owner(vchannel).append(vchannel, write);
  }

  /// Appends to a shard that may be gone already.
  void appendIfThere(String vchannel, ShardWrite write) {
    try {
      append(vchannel, write);
    } catch (PandionException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }
}
