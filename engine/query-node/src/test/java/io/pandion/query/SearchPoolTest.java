package io.pandion.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.cluster.SearchTimes;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SearchPoolTest {
  private final SearchPool pool = new SearchPool("q", 2, SearchTimes.unread());

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
  void a_platform_thread_does_tasks_itself_and_the_pool_helps() {
    assertThat(pool.all(List.of(thread()))).containsExactly(Thread.currentThread());
    CountDownLatch two = new CountDownLatch(2);
    Supplier<Thread> together =
        () -> {
          two.countDown();
          await(two);
          return Thread.currentThread();
        };
    assertThat(pool.all(List.of(together, together)))
        .doesNotHaveDuplicates()
        .contains(Thread.currentThread());
    assertThat(pool.all(List.<Supplier<Thread>>of())).isEmpty();
  }

  @Test
  void results_are_in_order_of_the_tasks() {
    List<Supplier<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      int number = i;
      tasks.add(() -> number);
    }
    assertThat(pool.all(tasks)).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
  }

  @Test
  void a_small_read_has_its_turn_between_the_tasks_of_a_large_one() throws Exception {
    try (SearchPool one = new SearchPool("one", 1, SearchTimes.unread());
        ExecutorService callers = Executors.newFixedThreadPool(2)) {
      List<String> order = Collections.synchronizedList(new ArrayList<>());
      CountDownLatch begun = new CountDownLatch(1);
      List<Supplier<String>> large = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        large.add(
            () -> {
              order.add("large");
              begun.countDown();
              long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3);
              while (System.nanoTime() < end || (order.size() == 1 && one.waiting() == 0)) {
                Thread.onSpinWait();
              }
              return "large";
            });
      }
      Future<List<String>> all = callers.submit(() -> one.all(large));
      await(begun);
      Future<List<String>> small =
          callers.submit(
              () ->
                  one.all(
                      List.of(
                          () -> {
                            order.add("small");
                            return "small";
                          })));
      assertThat(small.get(10, TimeUnit.SECONDS)).containsExactly("small");
      assertThat(all.get(10, TimeUnit.SECONDS)).hasSize(50);
      assertThat(order.subList(0, 3)).containsExactly("large", "small", "large");
    }
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
