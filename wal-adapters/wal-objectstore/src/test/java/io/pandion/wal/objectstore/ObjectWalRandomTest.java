package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.meta.FileMetaStore;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.wal.Wal;
import io.pandion.wal.WalMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Nodes that take channels from each other, die, come back and go on writing when they should not,
/// on a store that loses replies and lets creates land late; against what was acknowledged and what
/// was read before. `-Dpandion.wal.rounds=N` for more.
@Timeout(600)
class ObjectWalRandomTest {
  private static final int CHANNELS = 3;
  private static final int STEPS = 120;

  /// One batch somebody wrote.
  private record Written(List<WalMessage> messages, CompletableFuture<Void> future) {}

  /// What is known of a channel.
  private static final class Channel {
    final String name;
    final List<Wal> handles = new ArrayList<>();
    final Map<Wal, Long> terms = new HashMap<>();
    final Map<Long, String> read = new HashMap<>();
    final Set<String> attempted = new HashSet<>();
    final List<Written> written = new ArrayList<>();
    long term;
    long truncated = 1;

    Channel(String name) {
      this.name = name;
    }
  }

  @Test
  void what_was_acknowledged_is_read_once_whatever_the_store_and_the_nodes_do() {
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("pandion.wal.rounds", 8);
    for (int round = 0; round < rounds; round++) {
      System.out.println("-Dseed=" + (seed + round) + " -Dpandion.wal.rounds=1");
      new World(seed + round).play();
    }
  }

  /// One round.
  private static final class World {
    private final Random random;
    private final FaultyObjectStore store;
    private final FileMetaStore meta = FileMetaStore.inMemory();
    private final List<ObjectWalProvider> nodes = new ArrayList<>();
    private final List<Channel> channels = new ArrayList<>();
    private int writers;

    World(long seed) {
      random = new Random(seed);
      store = new FaultyObjectStore(new MemoryObjectStore(), seed);
      store.percent = random.nextInt(4) * 12;
    }

    void play() {
      for (int i = 0; i < 3; i++) {
        nodes.add(node());
      }
      for (int c = 0; c < CHANNELS; c++) {
        channels.add(new Channel("c-" + c));
        takeOver(channels.get(c));
      }
      for (int step = 0; step < STEPS; step++) {
        Channel channel = channels.get(random.nextInt(CHANNELS));
        switch (random.nextInt(24)) {
          case 0, 1 -> takeOver(channel);
          case 2 -> nodes.set(random.nextInt(nodes.size()), node());
          case 3 -> channel.handles.getLast().close();
          case 4 -> truncate(channel);
          case 5 -> {
            settle();
            takeOver(channel);
          }
          default -> write(channel);
        }
      }
      store.percent = 0;
      for (Channel channel : channels) {
        takeOver(channel);
      }
      settle();
      for (Channel channel : channels) {
        check(channel, channel.handles.getLast());
      }
      nodes.forEach(ObjectWalProvider::close);
      long acked = channels.stream().flatMap(c -> c.written.stream()).filter(this::acked).count();
      System.out.println(
          "  acked "
              + acked
              + " of "
              + channels.stream().mapToInt(c -> c.written.size()).sum()
              + " batches, "
              + store.puts
              + " puts, "
              + store.faults
              + " faults");
      assertThat(acked).isPositive();
    }

    private ObjectWalProvider node() {
      ObjectWalSettings settings =
          new ObjectWalSettings(
              random.nextBoolean() ? 600 : 4 << 20,
              8 << 20,
              Duration.ofMillis(5),
              Duration.ofMillis(20),
              1 + random.nextInt(16),
              1 << 20,
              Duration.ofSeconds(20),
              random.nextBoolean() ? 0 : 1 << 20,
              Duration.ofMillis(1),
              Duration.ofMillis(20),
              ObjectWalSettings.Commit.STORE);
      return Providers.with(store, meta, settings);
    }

    private void takeOver(Channel channel) {
      channel.term += random.nextInt(3) == 0 ? 0 : 1;
      Wal wal = open(channel);
      channel.handles.add(wal);
      channel.terms.put(wal, channel.term);
      long end = wal.nextLsn();
      // nothing of an older opening is acknowledged at or behind this end from now on
      check(channel, wal);
      for (Written w : channel.written) {
        if (w.future.isDone() && acked(w)) {
          assertThat(w.messages.getLast().lsn()).as("acknowledged behind the end").isLessThan(end);
        }
      }
    }

    private Wal open(Channel channel) {
      for (int attempt = 1; ; attempt++) {
        try {
          return nodes.get(random.nextInt(nodes.size())).open(channel.name, channel.term);
        } catch (PandionException e) {
          if (e.reason() != Reason.UNAVAILABLE_RETRY || attempt == 50) {
            throw e;
          }
        }
      }
    }

    private void write(Channel channel) {
      // sometimes one that was the owner once
      Wal wal =
          random.nextInt(5) == 0
              ? channel.handles.get(random.nextInt(channel.handles.size()))
              : channel.handles.getLast();
      int batches = 1 + random.nextInt(4);
      for (int b = 0; b < batches; b++) {
        List<WalMessage> batch =
            Messages.batch(
                java.util.Objects.requireNonNull(channel.terms.get(wal)),
                wal.nextLsn(),
                1 + random.nextInt(4),
                "w" + ++writers);
        batch.forEach(m -> channel.attempted.add(Messages.text(m)));
        channel.written.add(new Written(batch, wal.append(batch)));
      }
    }

    private void truncate(Channel channel) {
      settle();
      Wal wal = channel.handles.getLast();
      channel.truncated += random.nextLong(wal.nextLsn() - channel.truncated + 1);
      wal.truncate(channel.truncated);
    }

    /// Waits until all that was written is known to be there or not.
    private void settle() {
      for (Channel channel : channels) {
        for (Written w : channel.written) {
          try {
            w.future.orTimeout(60, TimeUnit.SECONDS).join();
          } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(PandionException.class);
            assertThat(((PandionException) e.getCause()).reason())
                .isIn(Reason.FENCED, Reason.OUTCOME_UNKNOWN, Reason.UNAVAILABLE_RETRY);
          }
        }
      }
    }

    private boolean acked(Written w) {
      return w.future.isDone() && !w.future.isCompletedExceptionally();
    }

    /// The owner reads a dense log of what was written, the same as before, with all that was
    /// acknowledged.
    private void check(Channel channel, Wal wal) {
      List<Written> before = List.copyOf(channel.written);
      List<Boolean> ackedBefore = before.stream().map(this::acked).toList();
      List<WalMessage> log = Messages.read(wal, channel.truncated);
      long next = channel.truncated;
      Map<Long, String> now = new HashMap<>();
      for (WalMessage m : log) {
        assertThat(m.lsn()).isEqualTo(next++);
        String text = Messages.text(m);
        assertThat(channel.attempted).contains(text);
        now.put(m.lsn(), text);
        String earlier = channel.read.put(m.lsn(), text);
        assertThat(earlier == null || earlier.equals(text))
            .as("lsn %d reads the same", m.lsn())
            .isTrue();
      }
      assertThat(next).as("the log ends where it says").isEqualTo(wal.nextLsn());
      for (int i = 0; i < before.size(); i++) {
        if (ackedBefore.get(i)) {
          for (WalMessage m : before.get(i).messages) {
            if (m.lsn() >= channel.truncated) {
              assertThat(now.get(m.lsn())).as("acknowledged").isEqualTo(Messages.text(m));
            }
          }
        }
      }
    }
  }
}
