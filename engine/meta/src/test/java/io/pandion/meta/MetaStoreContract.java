package io.pandion.meta;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What every [MetaStore] must do.
public abstract class MetaStoreContract {
  protected abstract MetaStore store();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(MetaEntry entry) {
    return new String(entry.value(), StandardCharsets.UTF_8);
  }

  private boolean put(String key, String value) {
    return store().commit(new MetaTransaction().put(key, bytes(value)));
  }

  @Test
  void what_was_put_is_read_and_listed_in_order() {
    for (String key : List.of("a/2", "a/10", "b/1", "a/1")) {
      assertThat(put(key, "v" + key)).isTrue();
    }
    assertThat(store().get("a/1").map(MetaStoreContract::text)).contains("va/1");
    assertThat(store().get("a/3")).isEmpty();
    assertThat(store().list("a/").stream().map(MetaEntry::key))
        .containsExactly("a/1", "a/10", "a/2");
    assertThat(store().list("")).hasSize(4);
  }

  @Test
  void a_transaction_applies_wholly_or_not_at_all() {
    put("x", "1");
    assertThat(
            store()
                .commit(
                    new MetaTransaction().ifAbsent("x").put("y", bytes("2")).put("x", bytes("3"))))
        .isFalse();
    assertThat(store().get("y")).isEmpty();
    long revision = store().get("x").orElseThrow().revision();
    assertThat(
            store()
                .commit(
                    new MetaTransaction()
                        .ifRevision("x", revision)
                        .ifAbsent("y")
                        .put("y", bytes("2"))
                        .delete("x")))
        .isTrue();
    assertThat(store().get("x")).isEmpty();
    assertThat(store().get("y").map(MetaStoreContract::text)).contains("2");
  }

  @Test
  void revisions_rise_with_every_commit() {
    put("x", "1");
    long first = store().get("x").orElseThrow().revision();
    put("y", "1");
    put("x", "2");
    assertThat(store().get("x").orElseThrow().revision()).isGreaterThan(first + 1);
    assertThat(store().revision()).isEqualTo(store().get("x").orElseThrow().revision());
    assertThat(store().commit(new MetaTransaction().ifRevision("x", first).put("x", bytes("3"))))
        .isFalse();
  }

  @Test
  void racing_increments_lose_nothing() throws Exception {
    put("n", "0");
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      tasks.add(
          () -> {
            for (int done = 0; done < 25; ) {
              MetaEntry now = store().get("n").orElseThrow();
              String next = Integer.toString(Integer.parseInt(text(now)) + 1);
              done +=
                  store()
                          .commit(
                              new MetaTransaction()
                                  .ifRevision("n", now.revision())
                                  .put("n", bytes(next)))
                      ? 1
                      : 0;
            }
            return true;
          });
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (Future<Boolean> task : pool.invokeAll(tasks)) {
        task.get();
      }
    }
    assertThat(store().get("n").map(MetaStoreContract::text)).contains("100");
  }

  @Test
  void a_watch_hears_every_change_under_its_prefix_in_order() throws Exception {
    List<String> heard = java.util.Collections.synchronizedList(new ArrayList<>());
    CountDownLatch last = new CountDownLatch(1);
    try (AutoCloseable _ =
        store()
            .watch(
                "w/",
                store().revision() + 1,
                (key, entry, _) -> {
                  heard.add(key + "=" + (entry == null ? "gone" : text(entry)));
                  if (key.equals("w/end")) {
                    last.countDown();
                  }
                })) {
      for (int i = 0; i < 20; i++) {
        put("w/" + i % 3, Integer.toString(i));
        put("other", "x");
      }
      store().commit(new MetaTransaction().delete("w/0"));
      put("w/end", "");
      assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(heard).hasSize(22);
    assertThat(heard.get(19)).isEqualTo("w/1=19");
    assertThat(heard.get(20)).isEqualTo("w/0=gone");
  }
}
