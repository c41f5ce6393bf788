package io.pandion.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FanOutTest {
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final FanOut fanOut = new FanOut(executor);

  @AfterEach
  void close() {
    executor.close();
  }

  @Test
  void the_last_call_runs_on_the_calling_thread_while_the_others_run() {
    CountDownLatch both = new CountDownLatch(2);
    Callable<Thread> call =
        () -> {
          both.countDown();
          assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
          return Thread.currentThread();
        };
    List<Thread> ran = fanOut.all(List.of(call, call));
    assertThat(ran.get(0).isVirtual()).isTrue();
    assertThat(ran.get(1)).isSameAs(Thread.currentThread());
    assertThat(fanOut.all(List.<Callable<Thread>>of())).isEmpty();
  }

  @Test
  void every_call_ends_before_the_first_failure_is_thrown() {
    CountDownLatch last = new CountDownLatch(1);
    CountDownLatch first = new CountDownLatch(1);
    List<Callable<Integer>> calls =
        List.of(
            () -> {
              assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
              first.countDown();
              return 1;
            },
            () -> {
              last.countDown();
              throw new IllegalStateException("the last");
            });
    assertThatThrownBy(() -> fanOut.all(calls)).hasMessage("the last");
    assertThat(first.getCount()).isZero();
  }
}
