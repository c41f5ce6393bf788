package io.pandion.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What every [ObjectStore] must do.
public abstract class ObjectStoreContract {
  protected abstract ObjectStore store();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void what_was_put_is_read() {
    assertThat(store().putIfAbsent("a/b/c", bytes("hello"))).isTrue();
    assertThat(store().readAll("a/b/c")).isEqualTo(bytes("hello"));
    assertThat(store().read("a/b/c", 1, 3)).isEqualTo(bytes("ell"));
    assertThat(store().size("a/b/c")).isEqualTo(5);
    assertThat(store().exists("a/b/c")).isTrue();
    assertThat(store().exists("a/b")).isFalse();
  }

  @Test
  void a_name_is_written_once() {
    assertThat(store().putIfAbsent("once", bytes("first"))).isTrue();
    assertThat(store().putIfAbsent("once", bytes("second"))).isFalse();
    assertThat(store().readAll("once")).isEqualTo(bytes("first"));
  }

  @Test
  void of_racing_writers_exactly_one_wins() throws Exception {
    int writers = 8;
    try (ExecutorService pool = Executors.newFixedThreadPool(writers)) {
      for (int round = 0; round < 50; round++) {
        String name = "race/" + round;
        CyclicBarrier start = new CyclicBarrier(writers);
        List<Callable<Boolean>> puts = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
          byte[] mine = bytes("writer " + w);
          puts.add(
              () -> {
                start.await();
                return store().putIfAbsent(name, mine);
              });
        }
        int winners = 0;
        for (Future<Boolean> put : pool.invokeAll(puts)) {
          winners += put.get() ? 1 : 0;
        }
        assertThat(winners).isEqualTo(1);
      }
    }
  }

  @Test
  void names_are_listed_in_order_by_prefix() {
    for (String name : List.of("l/b", "l/a/2", "l/a/1", "l/ab", "m/x")) {
      store().putIfAbsent(name, bytes(name));
    }
    assertThat(store().list("l/a")).containsExactly("l/a/1", "l/a/2", "l/ab");
    assertThat(store().list("l/")).containsExactly("l/a/1", "l/a/2", "l/ab", "l/b");
    assertThat(store().list("none/")).isEmpty();
  }

  @Test
  void listing_while_others_write_sees_only_whole_objects() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<?> writer =
          pool.submit(
              () -> {
                for (int i = 0; i < 300; i++) {
                  store().putIfAbsent("busy/" + i, bytes("x"));
                }
              });
      while (!writer.isDone()) {
        assertThat(store().list("")).allMatch(name -> name.startsWith("busy/"));
      }
      writer.get();
    }
    assertThat(store().list("busy/")).hasSize(300);
  }

  @Test
  void a_missing_object_is_not_found_and_can_be_deleted() {
    assertThatThrownBy(() -> store().readAll("gone"))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.NOT_FOUND))
        .hasMessageContaining("gone");
    store().delete("gone");
    store().putIfAbsent("there", bytes("x"));
    store().delete("there");
    assertThat(store().exists("there")).isFalse();
  }

  @Test
  void names_that_leave_the_root_are_refused() {
    for (String name : List.of("", "..", "../x", "/etc/passwd", "a/../../x")) {
      assertThatThrownBy(() -> store().putIfAbsent(name, bytes("x")))
          .as(name)
          .isInstanceOf(PandionException.class);
    }
  }
}
