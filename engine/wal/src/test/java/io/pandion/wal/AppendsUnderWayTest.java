package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AppendsUnderWayTest {
  private static final long STALL = Duration.ofSeconds(30).toNanos();

  private final AtomicLong clock = new AtomicLong(5);
  private final AppendsUnderWay appends = new AppendsUnderWay("dml", 1, 1, 0, clock::get);

  private AppendsUnderWay.Batch begin() {
    long lsn = appends.nextLsn();
    return appends.begin(
        List.of(new WalMessage(lsn, 1, lsn, "v", WalBody.ofBytes(new byte[] {1, 2, 3}))));
  }

  @Test
  void a_broker_that_confirms_nothing_for_long_refuses_writes_and_goes_on_when_it_is_back() {
    AppendsUnderWay.Batch first = begin();
    clock.addAndGet(STALL - 1);
    AppendsUnderWay.Batch second = begin();
    clock.addAndGet(1);
    assertThatThrownBy(this::begin)
        .hasMessageContaining("confirmed nothing for 30 s")
        .hasMessageContaining("nothing of this was written")
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY));
    assertThat(appends.nextLsn()).isEqualTo(3);
    assertThat(appends.confirm(1)).contains(first);
    AppendsUnderWay.Batch third = begin();
    assertThat(third.refused()).isFalse();
    assertThat(appends.confirm(2)).contains(second);
    assertThat(appends.confirm(3)).contains(third);
    assertThat(appends.finish()).isTrue();
  }

  @Test
  void closing_does_not_wait_for_a_broker_that_is_not_there() {
    AppendsUnderWay.Batch lost = begin();
    clock.addAndGet(STALL);
    assertThat(appends.finish()).isFalse();
    appends.fail(new TimeoutException("closed")).orElseThrow().fail();
    assertThatThrownBy(() -> lost.future().join())
        .cause()
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN));
  }
}
