package io.pandion.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimeTickTest {
  @Test
  void a_tick_holds_milliseconds_and_a_counter() {
    long tick = TimeTick.of(1_764_000_000_123L, 17);
    assertThat(TimeTick.millis(tick)).isEqualTo(1_764_000_000_123L);
    assertThat(TimeTick.logical(tick)).isEqualTo(17);
    assertThat(tick).isPositive();
  }

  @Test
  void later_milliseconds_make_larger_ticks_whatever_the_counter() {
    assertThat(TimeTick.of(2, 0)).isGreaterThan(TimeTick.of(1, TimeTick.LOGICAL_MASK));
  }
}
