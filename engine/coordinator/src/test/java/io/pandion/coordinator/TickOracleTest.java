package io.pandion.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class TickOracleTest {
  private final MemoryMetaStore store = new MemoryMetaStore();
  private final AtomicLong clock = new AtomicLong(1_000_000);

  private TickOracle oracle() {
    return new TickOracle(Tenure.begin(store), clock::get, 10_000);
  }

  @Test
  void ticks_rise_when_the_clock_steps_back() {
    TickOracle oracle = oracle();
    long before = oracle.allocate(5).end();
    clock.addAndGet(-50_000);
    assertThat(oracle.next()).isGreaterThanOrEqualTo(before);
  }

  @Test
  void ticks_rise_across_a_restart_with_a_clock_behind() {
    long before = oracle().allocate(1_000_000).end();
    clock.addAndGet(-900_000);
    assertThat(oracle().next()).isGreaterThanOrEqualTo(before);
  }

  @Test
  void ticks_within_a_window_write_nothing() {
    TickOracle oracle = oracle();
    oracle.next();
    int commits = store.commits;
    for (int i = 0; i < 100; i++) {
      clock.addAndGet(50);
      oracle.next();
    }
    assertThat(store.commits).isEqualTo(commits);
  }

  @Test
  void ticks_lie_above_one_that_a_log_has_already() {
    TickOracle oracle = oracle();
    long known = oracle.next() + 5_000_000_000L;
    oracle.raise(known);
    oracle.raise(1);
    assertThat(oracle.next()).isGreaterThan(known);
    assertThat(oracle().next()).isGreaterThan(known);
  }

  @Test
  void a_replaced_oracle_is_fenced_when_its_window_ends() {
    TickOracle old = oracle();
    oracle().next();
    assertThatThrownBy(old::next)
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.FENCED));
  }
}
