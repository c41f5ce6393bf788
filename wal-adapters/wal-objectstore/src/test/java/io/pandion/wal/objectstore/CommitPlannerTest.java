package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.wal.objectstore.CommitPlanner.Command;
import io.pandion.wal.objectstore.CommitPlanner.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CommitPlannerTest {
  private static final long MS = 1_000_000;
  private static final ObjectWalSettings SETTINGS =
      ObjectWalSettings.defaults().withWindow(Duration.ofMillis(20), Duration.ofMillis(250));
  private final CommitPlanner planner = new CommitPlanner(SETTINGS, new SplittableRandom(1));

  private boolean seals(long now, long waiting) {
    return planner.due(now, waiting, false).contains(new Command.Seal());
  }

  @Test
  void what_comes_after_a_pause_is_sealed_at_once_and_what_follows_waits_for_the_window() {
    assertThat(planner.wakeAt(0, 0, false)).isEqualTo(Long.MAX_VALUE);
    assertThat(seals(0, 100)).isTrue();
    planner.sealed(0);
    assertThat(seals(5 * MS, 100)).isFalse();
    assertThat(planner.wakeAt(5 * MS, 100, false)).isEqualTo(20 * MS);
    assertThat(seals(20 * MS, 100)).isTrue();
    planner.sealed(20 * MS);
    assertThat(seals(21 * MS, SETTINGS.sealBytes())).isTrue();
    assertThat(planner.due(21 * MS, 1, true)).contains(new Command.Seal());
    assertThat(seals(500 * MS, 0)).isFalse();
  }

  @Test
  void at_most_so_many_slots_are_in_flight() {
    for (int i = 0; i < SETTINGS.inFlight(); i++) {
      assertThat(seals(i * 20L * MS, 1)).isTrue();
      planner.sealed(i * 20L * MS);
    }
    assertThat(seals(1_000 * MS, 1 << 30)).isFalse();
    // one behind the first does not make room
    planner.replied(3, Reply.CREATED, 1_000 * MS);
    assertThat(seals(1_000 * MS, 1)).isFalse();
    planner.replied(0, Reply.CREATED, 1_000 * MS);
    assertThat(seals(1_000 * MS, 1)).isTrue();
  }

  @Test
  void slots_are_acknowledged_in_order() {
    for (int i = 0; i < 4; i++) {
      planner.sealed(0);
    }
    assertThat(planner.replied(2, Reply.CREATED, 1)).isEmpty();
    assertThat(planner.replied(1, Reply.CREATED, 1)).isEmpty();
    assertThat(planner.replied(0, Reply.CREATED, 1)).containsExactly(new Command.Acknowledge(3));
    assertThat(planner.replied(3, Reply.TAKEN, 1)).containsExactly(new Command.Verify(3));
    assertThat(planner.replied(3, Reply.OWN, 1)).containsExactly(new Command.Acknowledge(4));
    assertThat(planner.idle()).isTrue();
  }

  @Test
  void a_slot_that_failed_is_sent_again_later_and_later() {
    planner.sealed(0);
    long now = 0;
    long lastPause = 0;
    for (int i = 0; i < 8; i++) {
      assertThat(planner.replied(0, Reply.RETRY, now)).isEmpty();
      long at = planner.wakeAt(now, 0, false);
      assertThat(at - now).isBetween(25 * MS, 2_000 * MS).isGreaterThan(lastPause / 4);
      lastPause = at - now;
      assertThat(planner.due(at - 1, 0, false)).isEmpty();
      assertThat(planner.due(at, 0, false)).containsExactly(new Command.Put(0));
      now = at;
    }
    assertThat(planner.oldest()).isZero();
  }

  @Test
  void a_store_that_asks_to_slow_down_gets_fewer_objects_for_a_while() {
    planner.sealed(0);
    for (int i = 0; i < 10; i++) {
      planner.replied(0, Reply.SLOW_DOWN, 0);
    }
    assertThat(planner.window()).isEqualTo(250 * MS);
    assertThat(seals(200 * MS, 1)).isFalse();
    planner.replied(0, Reply.CREATED, 0);
    for (int i = 0; i < 100; i++) {
      planner.replied(planner.sealed(0), Reply.CREATED, 0);
    }
    assertThat(planner.window()).isEqualTo(20 * MS);
  }

  @Test
  void behind_a_fence_nothing_is_sent_and_what_lies_before_it_is_acknowledged() {
    for (int i = 0; i < 5; i++) {
      planner.sealed(0);
    }
    planner.replied(4, Reply.CREATED, 0);
    planner.replied(1, Reply.RETRY, 0);
    assertThat(planner.replied(3, Reply.FOREIGN, 0)).isEmpty();
    assertThat(planner.dead()).isTrue();
    assertThat(planner.due(10_000 * MS, 1 << 30, true)).containsExactly(new Command.Put(1));
    List<Command> commands = new ArrayList<>(planner.replied(0, Reply.OWN, 0));
    commands.addAll(planner.replied(1, Reply.CREATED, 0));
    commands.addAll(planner.replied(2, Reply.CREATED, 0));
    assertThat(commands)
        .containsExactly(
            new Command.Acknowledge(1),
            new Command.Acknowledge(2),
            new Command.Acknowledge(3),
            new Command.Ended(3));
    assertThat(planner.replied(4, Reply.CREATED, 0)).isEmpty();
  }

  @Test
  void of_a_slot_that_is_known_no_later_reply_is_believed() {
    planner.sealed(0);
    planner.sealed(0);
    planner.replied(0, Reply.CREATED, 0);
    assertThat(planner.replied(0, Reply.FOREIGN, 0)).isEmpty();
    assertThat(planner.dead()).isFalse();
  }
}
