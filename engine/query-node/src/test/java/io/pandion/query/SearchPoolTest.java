package io.pandion.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SearchPoolTest {
  private final SearchPool pool = new SearchPool("q", 2);

  @AfterEach
  void close() {
    pool.close();
  }

  private static Supplier<Thread> thread() {
    return Thread::currentThread;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_platform_thread_does_the_last_task_itself() {
    List<Thread> ran = pool.all(List.of(thread(), thread(), thread()));
    assertThat(ran.subList(0, 2)).doesNotContain(Thread.currentThread());
    assertThat(ran.get(2)).isSameAs(Thread.currentThread());
    assertThat(pool.all(List.of(thread()))).containsExactly(Thread.currentThread());
    assertThat(pool.all(List.<Supplier<Thread>>of())).isEmpty();
  }

  @Test
  void the_tasks_of_a_virtual_thread_run_on_platform_threads() throws Exception {
    try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Thread> ran = virtual.submit(() -> pool.all(List.of(thread(), thread()))).get();
      assertThat(ran).hasSize(2).noneMatch(Thread::isVirtual);
    }
  }

  @Test
  void no_more_tasks_run_at_a_time_than_the_pool_has_threads() throws Exception {
    AtomicInteger running = new AtomicInteger();
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch two = new CountDownLatch(2);
    Supplier<Integer> task =
        () -> {
          seen.add(running.incrementAndGet());
          two.countDown();
          await(two);
          return running.decrementAndGet();
        };
    try (ExecutorService callers = Executors.newFixedThreadPool(6)) {
      List<Future<List<Integer>>> calls = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        calls.add(callers.submit(() -> pool.all(List.of(task, task))));
      }
      for (Future<List<Integer>> call : calls) {
        assertThat(call.get(10, TimeUnit.SECONDS)).hasSize(2);
      }
    }
    assertThat(seen).hasSize(12).allMatch(n -> n <= 2).contains(2);
  }

  @Test
  void all_tasks_end_before_the_first_failure_is_thrown() {
    CountDownLatch slow = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    List<Supplier<Integer>> tasks =
        List.of(
            () -> {
              await(slow);
              return ended.incrementAndGet();
            },
            () -> {
              throw PandionException.invalid("the second");
            },
            () -> {
              slow.countDown();
              throw PandionException.invalid("the third, on the calling thread");
            });
    assertThatThrownBy(() -> pool.all(tasks)).hasMessage("the second");
    assertThat(ended).hasValue(1);
  }

  @Test
  void a_close_waits_for_tasks_of_calling_threads_and_refuses_later_ones() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Supplier<String> task =
          () -> {
            begun.countDown();
            await(go);
            return "done";
          };
      Future<List<String>> read = threads.submit(() -> pool.all(List.of(task)));
      await(begun);
      Future<?> closing = threads.submit(pool::close);
      while (true) {
        try {
          pool.all(List.of(() -> "early"));
        } catch (PandionException e) {
          assertThat(e.reason()).isEqualTo(PandionException.Reason.UNAVAILABLE_RETRY);
          break;
        }
      }
      assertThat(closing.isDone()).isFalse();
      go.countDown();
      closing.get(10, TimeUnit.SECONDS);
      assertThat(read.get()).containsExactly("done");
    }
  }
}
