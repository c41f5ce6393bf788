package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.meta.FileMetaStore;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ObjectWalProviderTest {
  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final CountingObjectStore counting = new CountingObjectStore(objects);
  private final FileMetaStore meta = FileMetaStore.inMemory();

  private static CompletableFuture<Void> append(Wal wal, long term, int count) {
    return wal.append(Messages.batch(term, wal.nextLsn(), count, "w"));
  }

  @Test
  void sixteen_channels_cost_the_puts_of_one() {
    try (ObjectWalProvider provider = Providers.fast(counting, meta)) {
      List<Wal> wals = new ArrayList<>();
      for (int c = 0; c < 16; c++) {
        wals.add(provider.open("c-" + c, 1));
      }
      counting.puts.reset();
      for (int round = 0; round < 20; round++) {
        CompletableFuture.allOf(
                wals.stream().map(w -> append(w, 1, 3)).toArray(CompletableFuture[]::new))
            .join();
      }
      // a round needs one, or two when its first append found the log at rest
      assertThat(counting.puts.sum()).isBetween(1L, 60L);
    }
  }

  @Test
  void an_idle_log_asks_the_store_for_nothing() throws Exception {
    try (ObjectWalProvider provider = Providers.fast(counting, meta)) {
      append(provider.open("c", 1), 1, 3).join();
      counting.puts.reset();
      counting.others.reset();
      // nothing to wait for: the time itself is what is tested
      assertThat(new CompletableFuture<Void>().completeOnTimeout(null, 2, TimeUnit.SECONDS).get())
          .isNull();
      assertThat(counting.puts.sum() + counting.others.sum()).isZero();
    }
  }

  @Test
  void when_one_channel_is_taken_over_the_others_go_on_and_lose_nothing() {
    try (ObjectWalProvider first = Providers.fast(objects, meta);
        ObjectWalProvider second = Providers.fast(objects, meta)) {
      Wal lost = first.open("lost", 1);
      Wal kept = first.open("kept", 1);
      append(lost, 1, 5).join();
      append(kept, 1, 5).join();
      Wal taken = second.open("lost", 2);
      assertThat(taken.nextLsn()).isEqualTo(6);
      List<CompletableFuture<Void>> going = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        going.add(append(kept, 1, 2));
      }
      assertThatThrownBy(() -> append(lost, 1, 1).join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FENCED));
      going.forEach(CompletableFuture::join);
      assertThat(Messages.read(kept, 1)).hasSize(45);
      append(taken, 2, 2).join();
      assertThat(Messages.read(taken, 1)).hasSize(7);
    }
  }

  @Test
  void closing_and_opening_elsewhere_needs_no_fence() {
    try (ObjectWalProvider first = Providers.fast(objects, meta);
        ObjectWalProvider second = Providers.fast(objects, meta)) {
      Wal stays = first.open("stays", 1);
      append(stays, 1, 1).join();
      Wal moves = first.open("moves", 1);
      append(moves, 1, 4).join();
      moves.close();
      Wal moved = second.open("moves", 2);
      append(moved, 2, 1).join();
      assertThat(Messages.read(moved, 1)).hasSize(5);
      append(stays, 1, 1).join();
      assertThat(meta.list(WalMeta.STREAMS))
          .noneMatch(e -> new String(e.value(), StandardCharsets.UTF_8).contains("FENCED"));
    }
  }

  @Test
  void a_log_that_the_meta_store_has_lost_is_refused_and_not_begun_anew() {
    try (ObjectWalProvider provider = Providers.fast(objects, meta)) {
      append(provider.open("c", 1), 1, 3).join();
    }
    try (ObjectWalProvider provider = Providers.fast(objects, FileMetaStore.inMemory())) {
      assertThatThrownBy(() -> provider.open("c", 1))
          .hasMessageContaining("wal/v1/")
          .hasMessageContaining("restore the meta store")
          .isInstanceOfSatisfying(
              PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA));
    }
    try (ObjectWalProvider provider = Providers.fast(objects, meta)) {
      assertThat(Messages.read(provider.open("c", 2), 1)).hasSize(3);
    }
  }

  @Test
  void objects_that_another_node_collects_meanwhile_are_no_lost_log() {
    String object = StreamId.random(new java.util.SplittableRandom(1)).object(0);
    ForwardingObjectStore collected =
        new ForwardingObjectStore(objects) {
          @Override
          public List<String> list(String prefix) {
            List<String> found = super.list(prefix);
            objects.delete(object);
            return found;
          }
        };
    objects.putIfAbsent(object, new byte[SlotFormat.EMPTY + 1]);
    try (ObjectWalProvider provider = Providers.fast(collected, meta)) {
      append(provider.open("c", 1), 1, 3).join();
    }
  }

  @Test
  void truncated_slots_are_removed_unless_another_channel_needs_them() {
    try (ObjectWalProvider provider = Providers.fast(objects, meta)) {
      Wal one = provider.open("one", 1);
      Wal two = provider.open("two", 1);
      for (int i = 0; i < 10; i++) {
        append(one, 1, 1).join();
        append(two, 1, 1).join();
      }
      one.truncate(11);
      Eventually.holds(() -> provider.open("other", 1).nextLsn() == 1);
      assertThat(objects.list("wal/v1/")).hasSizeGreaterThanOrEqualTo(20);
      two.truncate(8);
      Eventually.holds(() -> objects.list("wal/v1/").size() < 10);
      assertThat(Messages.read(two, 8)).hasSize(3);
      two.truncate(11);
      Eventually.holds(() -> objects.list("wal/v1/").isEmpty());
      append(two, 1, 1).join();
      assertThat(Messages.read(two, 1)).hasSize(1);
    }
  }

  @Test
  void a_store_that_is_down_refuses_writes_in_time_and_loses_nothing() {
    FaultyObjectStore store = new FaultyObjectStore(objects, 1);
    ObjectWalSettings settings =
        new ObjectWalSettings(
            4 << 20,
            8 << 20,
            Duration.ofMillis(5),
            Duration.ofMillis(20),
            16,
            100_000,
            Duration.ofMillis(300),
            0,
            Duration.ofMillis(1),
            Duration.ofMillis(20),
            ObjectWalSettings.Commit.STORE);
    try (ObjectWalProvider provider = Providers.with(store, meta, settings)) {
      Wal wal = provider.open("c", 1);
      append(wal, 1, 2).join();
      store.down = true;
      List<CompletableFuture<Void>> waiting = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                while (true) {
                  long lsn = wal.nextLsn();
                  WalBody body = WalBody.ofBytes(new byte[30_000]);
                  waiting.add(wal.append(List.of(new WalMessage(lsn, 1, lsn * 10, "v", body))));
                }
              })
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY))
          .hasMessageContaining("channel c")
          .hasMessageContaining("a fault on purpose");
      assertThat(waiting).hasSize(3).noneMatch(CompletableFuture::isDone);
      store.down = false;
      waiting.forEach(CompletableFuture::join);
      append(wal, 1, 1).join();
      assertThat(Messages.read(wal, 1)).hasSize(6);
    }
  }

  @Test
  void a_damaged_or_missing_object_is_said_and_nothing_behind_it_is_read() {
    List<String> names;
    try (ObjectWalProvider provider = Providers.fast(objects, meta)) {
      Wal wal = provider.open("c", 1);
      for (int i = 0; i < 5; i++) {
        append(wal, 1, 2).join();
      }
      names = objects.list("wal/v1/");
    }
    String name = names.get(2);
    byte[] sound = objects.readAll(name);
    for (int at = 0; at < sound.length; at += 7) {
      byte[] damaged = sound.clone();
      damaged[at] ^= 0x10;
      objects.delete(name);
      objects.putIfAbsent(name, damaged);
      fails(name);
    }
    objects.delete(name);
    fails(name);
    objects.putIfAbsent(name, sound);
    try (ObjectWalProvider provider = Providers.fast(objects, meta)) {
      assertThat(Messages.read(provider.open("c", 2), 1)).hasSize(10);
    }
  }

  private void fails(String name) {
    ObjectWalProvider provider = Providers.fast(objects, meta);
    assertThatThrownBy(() -> Messages.read(provider.open("c", 2), 1))
        .hasMessageContaining(name)
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA));
    provider.close();
  }
}
