package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every log over a shared backend promises when processes die or stand still. More rounds:
/// `-Dpandion.crash.rounds=N`, `-Dpandion.zombie.rounds=N`.
@Timeout(600)
public abstract class WalProcessContract {
  /// A provider over the logs of a channel that no other test uses.
  protected abstract WalProvider provider();

  /// A class with a `main` that calls [WalChild#run] on such a provider.
  protected abstract String childClass();

  protected abstract List<String> childArguments(String channel, long term);

  private WalProcess start(String channel, long term) throws Exception {
    return new WalProcess(childClass(), childArguments(channel, term));
  }

  @Test
  void what_was_acknowledged_is_there_after_kill_9() throws Exception {
    String channel = "crash";
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("pandion.crash.rounds", 3);
    System.out.println(getClass().getSimpleName() + " -Dseed=" + seed);
    Random random = new Random(seed);
    long end = 1;
    for (int round = 1; round <= rounds; round++) {
      try (WalProcess child = start(channel, round);
          WalProvider provider = provider()) {
        child.lines(1 + random.nextInt(3_000));
        child.kill();
        child.drain();
        Wal wal = provider.open(channel, round);
        long next = wal.nextLsn();
        assertThat(next).isGreaterThan(child.lastAcked()).isGreaterThanOrEqualTo(end);
        check(wal, next);
        end = next;
      }
    }
    assertThat(end).isGreaterThan(1);
  }

  /// A process is stopped in the middle of its writes, another takes over, and the first goes on.
  @Test
  void a_process_that_wakes_up_behind_a_take_over_is_neither_acknowledged_nor_seen()
      throws Exception {
    String channel = "zombie";
    int rounds = Integer.getInteger("pandion.zombie.rounds", 3);
    int late = 0;
    long ofTheZombie = 0;
    for (int round = 0; round < rounds; round++) {
      long term = 1 + 2L * round;
      try (WalProcess zombie = start(channel, term);
          WalProvider provider = provider()) {
        zombie.lines(500 + 200 * round);
        zombie.pause();
        Wal wal = provider.open(channel, term + 1);
        long mine = wal.nextLsn();
        List<String> before = texts(wal);
        append(wal, term + 1, 3);
        zombie.resume();
        append(wal, term + 1, 3);
        zombie.drain();
        assertThat(zombie.lastLine()).isEqualTo("failed FENCED");
        append(wal, term + 1, 3);
        for (long lsn : zombie.acked()) {
          late += lsn < mine ? 0 : 1;
        }
        List<String> after = texts(wal);
        assertThat(after.subList(0, before.size())).isEqualTo(before);
        assertThat(after).hasSize(before.size() + 9);
        check(wal, mine + 9);
        ofTheZombie += zombie.acked().size();
      }
    }
    System.out.println(
        getClass().getSimpleName()
            + ": zombies had "
            + ofTheZombie
            + " batches acknowledged, "
            + late
            + " of them late");
    assertThat(late).as("acknowledgements of what the new owner does not have").isZero();
    assertThat(ofTheZombie).isGreaterThan(rounds * 400L);
  }

  private static void append(Wal wal, long term, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      WalFixture.append(wal, term, 1);
    }
  }

  /// The log is dense up to `next`, terms rise, and every message is as it was written.
  private static void check(Wal wal, long next) {
    List<WalMessage> all = WalFixture.messages(wal, 1);
    assertThat(all).hasSize((int) next - 1);
    long term = 0;
    for (int i = 0; i < all.size(); i++) {
      WalMessage m = all.get(i);
      assertThat(m.lsn()).isEqualTo(i + 1);
      assertThat(m.term()).isGreaterThanOrEqualTo(term);
      term = m.term();
      assertThat(text(m)).isEqualTo(text(WalFixture.message(term, m.lsn())));
    }
  }

  private static List<String> texts(Wal wal) {
    List<String> out = new ArrayList<>();
    WalFixture.messages(wal, 1).forEach(m -> out.add(text(m)));
    return out;
  }

  private static String text(WalMessage m) {
    return m.lsn()
        + " "
        + m.term()
        + " "
        + m.tick()
        + " "
        + m.vchannel()
        + " "
        + m.body().payload();
  }
}
