package io.pandion.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.LogEra;
import org.junit.jupiter.api.Test;

/// Where a channel's messages lie, from step to step of a switch.
class LogChainTest {
  private static final LogEra OLD = new LogEra("local", "c", 1);
  private final LogChain start = LogChain.first("c", "local");

  @Test
  void a_new_channel_has_one_log_of_its_own_name() {
    assertThat(start.eras()).containsExactly(OLD);
    assertThat(start.settled()).isTrue();
    assertThat(start.hasPlan()).isFalse();
  }

  @Test
  void a_plan_that_is_given_up_leaves_the_log_and_a_name_to_remove() {
    LogChain planned = start.plan("c", "kafka");
    assertThat(planned.current()).isEqualTo(OLD);
    assertThat(planned.settled()).as("nothing is decided").isTrue();
    LogChain given = planned.giveUp();
    assertThat(given.eras()).containsExactly(OLD);
    assertThat(given.gone()).containsExactly(new LogEra("kafka", "c-1", 0));
    assertThat(given.plan("c", "kafka").planned())
        .as("never the same name again")
        .containsExactly(new LogEra("kafka", "c-2", 0));
    assertThat(given.without(new LogEra("kafka", "c-1", 0)).gone()).isEmpty();
  }

  @Test
  void what_is_decided_stays_so_until_it_has_moved() {
    LogChain decided = start.plan("c", "kafka").toBe("kafka");
    assertThat(decided.settled()).isFalse();
    assertThat(decided.giveUp().settled()).isFalse();
    LogChain moved = decided.moved(new LogEra("kafka", "c-1", 70));
    assertThat(moved.settled()).isTrue();
    assertThat(moved.hasPlan()).isFalse();
    assertThat(moved.eras()).containsExactly(OLD, new LogEra("kafka", "c-1", 70));
  }

  @Test
  void a_log_goes_when_all_its_messages_are_below_what_is_needed() {
    LogChain moved = start.plan("c", "kafka").toBe("kafka").moved(new LogEra("kafka", "c-1", 70));
    assertThat(moved.released(69)).isEqualTo(moved);
    LogChain released = moved.released(70);
    assertThat(released.eras()).containsExactly(new LogEra("kafka", "c-1", 70));
    assertThat(released.gone()).containsExactly(OLD);
    assertThat(released.released(1_000)).as("the last one stays").isEqualTo(released);
  }

  @Test
  void the_meta_store_gives_back_what_it_was_given() {
    LogChain chain =
        start
            .plan("c", "kafka")
            .toBe("kafka")
            .moved(new LogEra("kafka", "c-1", 70))
            .plan("c", "pulsar")
            .released(80);
    assertThat(Json.read("log/c", Json.write(chain), LogChain.class)).isEqualTo(chain);
  }
}
