package io.pandion.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pandion.cluster.SearchTimes.Stage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SearchTimesTest {
  /// A clock that stands still until it is told.
  private static final class Told implements Clock {
    long nanos;

    @Override
    public long wallTime() {
      return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    @Override
    public long monotonicTime() {
      return nanos;
    }
  }

  private final Told clock = new Told();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final SearchTimes times = new SearchTimes(registry);

  @Test
  void a_stage_is_timed_by_the_registrys_clock() {
    clock.nanos = 1_000;
    long begun = times.now();
    clock.nanos = 6_000;
    assertThat(times.ended(Stage.SEGMENT, begun)).isEqualTo(6_000);
    times.took(Stage.SEGMENT, 3_000);
    Timer segment = registry.get("pandion.search.stage").tag("stage", "segment").timer();
    assertThat(segment.count()).isEqualTo(2);
    assertThat(segment.totalTime(TimeUnit.NANOSECONDS)).isEqualTo(8_000);
  }

  @Test
  void every_stage_and_the_whole_are_there_before_the_first_search() {
    assertThat(registry.get("pandion.search.stage").timers()).hasSize(Stage.values().length);
    times.answered(2_000_000);
    assertThat(registry.get("pandion.search").timer().totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(2);
  }

  @Test
  void times_that_nobody_reads_take_anything() {
    SearchTimes unread = SearchTimes.unread();
    assertThat(unread.ended(Stage.PLAN, unread.now())).isGreaterThanOrEqualTo(0);
  }
}
