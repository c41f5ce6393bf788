package io.pandion.wal.objectstore.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Gives channels to nodes under rising terms: when the owner is gone, when it wants to move one,
/// and at times because it wrongly believes that the owner is gone.
final class Coordinator {
  private static final long MILLIS = 1_000_000;

  private static final class Channel {
    final String name;
    long term;
    @Nullable Owner owner;

    Channel(String name) {
      this.name = name;
    }
  }

  private final Clockwork clock;
  private final History history;
  private final SplittableRandom random;
  private final List<SimNode> nodes;
  private final Owner.Numbers numbers = new Owner.Numbers();
  private final List<Channel> channels = new ArrayList<>();
  private final List<Owner> everyOwner = new ArrayList<>();
  private final List<Owner> lastReaders = new ArrayList<>();
  private boolean stopped;

  /// @param nodes that a channel may be given to; changes
  Coordinator(Clockwork clock, History history, SplittableRandom random, List<SimNode> nodes) {
    this.clock = clock;
    this.history = history;
    this.random = random;
    this.nodes = nodes;
  }

  void add(String channel) {
    channels.add(new Channel(channel));
  }

  void start() {
    channels.forEach(channel -> look(channel));
  }

  /// Gives nothing away any more; owners leave.
  void stop() {
    stopped = true;
    everyOwner.forEach(Owner::leave);
  }

  private void look(Channel channel) {
    if (stopped) {
      return;
    }
    Owner owner = channel.owner;
    if (owner == null || owner.hasEnded()) {
      assign(channel, nodes.get(random.nextInt(nodes.size())));
    } else {
      suspect(channel, owner);
    }
    clock.after(random.nextLong(2_000 * MILLIS), () -> look(channel));
  }

  private void suspect(Channel channel, Owner owner) {
    boolean quiet = owner.node().threads().isPaused();
    switch (random.nextInt(quiet ? 6 : 30)) {
      case 0, 1, 2 -> assign(channel, nodes.get(random.nextInt(nodes.size())));
      case 3, 4 -> owner.leave();
      default -> {}
    }
  }

  private void assign(Channel channel, SimNode node) {
    Owner before = channel.owner;
    boolean same = before != null && before.node().name().equals(node.name());
    channel.term += same && random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(2);
    if (before != null && random.nextInt(3) == 0) {
      before.leave();
    }
    begin(channel, node);
  }

  private Owner begin(Channel channel, SimNode node) {
    Owner owner = new Owner(node, history, random.split(), numbers, channel.name, channel.term);
    channel.owner = owner;
    everyOwner.add(owner);
    node.threads().start(owner);
    return owner;
  }

  /// Opens each channel on a node and reads it.
  void openAll(SimNode node) {
    for (Channel channel : channels) {
      channel.term++;
      Owner reader = begin(channel, node);
      reader.onlyRead();
      lastReaders.add(reader);
    }
  }

  /// Who has not come to an end, or has not read all though the weather is fair; or null.
  @Nullable String stuck() {
    for (Owner owner : everyOwner) {
      if (!owner.hasEnded()) {
        return "owner of " + owner.channel() + " on " + owner.node().name();
      }
    }
    for (Owner reader : lastReaders) {
      if (!reader.hasReadAll()) {
        return "last reader of " + reader.channel();
      }
    }
    return null;
  }
}
