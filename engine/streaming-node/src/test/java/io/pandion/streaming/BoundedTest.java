package io.pandion.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Calls that may take for ever.
class BoundedTest {
  private final CompletableFuture<String> late = new CompletableFuture<>();

  @Test
  void an_answer_in_time_is_given() {
    assertThat(Bounded.within(30_000, "it", () -> "yes", late::complete)).isEqualTo("yes");
    assertThat(late).isNotDone();
  }

  @Test
  void a_failure_is_thrown_as_it_is() {
    PandionException no = PandionException.invalid("no");
    assertThatThrownBy(
            () ->
                Bounded.within(
                    30_000,
                    "it",
                    () -> {
                      throw no;
                    },
                    late::complete))
        .isSameAs(no);
  }

  @Test
  void an_answer_that_comes_too_late_is_not_lost() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                Bounded.within(
                    50,
                    "the pulsar log x",
                    () -> {
                      awaitQuietly(go);
                      return "opened";
                    },
                    late::complete))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("the pulsar log x did not answer within 50 ms");
    go.countDown();
    assertThat(late.get(30, TimeUnit.SECONDS)).isEqualTo("opened");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
