package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.meta.FileMetaStore;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.wal.Wal;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What goes when a log is truncated, and what stays for readers that are not yet through.
@Timeout(60)
class TruncationTest {
  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final FileMetaStore meta = FileMetaStore.inMemory();

  private static CompletableFuture<Void> append(Wal wal, long term) {
    return wal.append(Messages.batch(term, wal.nextLsn(), 1, "w"));
  }

  private static List<Long> rest(WalReader reader) {
    List<Long> lsns = new ArrayList<>();
    for (WalMessage m = reader.next(); m != null; m = reader.next()) {
      lsns.add(m.lsn());
    }
    return lsns;
  }

  /// Returns when a truncation that was asked for before has come to an end.
  private static void trimmed(ObjectWalProvider provider, int number) {
    // an opening waits for it, once it has begun
    for (int i = 0; i < 20; i++) {
      provider.open("other-" + number + "-" + i, 1).close();
    }
  }

  @Test
  void a_reader_in_the_middle_of_an_extent_keeps_the_slots_that_it_has_to_walk_over() {
    try (ObjectWalProvider first = Providers.fast(objects, meta)) {
      Wal wal = first.open("c", 1);
      for (int i = 0; i < 10; i++) {
        append(wal, 1).join();
      }
    }
    try (ObjectWalProvider second = Providers.fast(objects, meta)) {
      Wal wal = second.open("c", 2);
      assertThat(Messages.read(wal, 1)).hasSize(10);
      int before = objects.list("wal/v1/").size();
      try (WalReader reader = wal.read(6)) {
        wal.truncate(6);
        trimmed(second, 1);
        assertThat(rest(reader)).containsExactly(6L, 7L, 8L, 9L, 10L);
      }
      wal.truncate(7);
      Eventually.holds(() -> objects.list("wal/v1/").size() <= before - 6);
      assertThat(Messages.read(wal, 1)).hasSize(4);
    }
  }

  @Test
  void slots_before_the_first_record_of_an_extent_stay_while_a_reader_is_on_its_way_to_them() {
    HeldObjectStore slow = new HeldObjectStore(objects);
    ObjectWalProvider first = Providers.fast(slow, meta);
    try (first) {
      Wal early = first.open("early", 1);
      append(early, 1).join();
      slow.hold("/00000000000000000001");
      CompletableFuture<Void> held = append(early, 1);
      Eventually.holds(() -> !slow.held().isEmpty());
      Wal late = first.open("late", 1);
      CompletableFuture<Void> behind = append(late, 1);
      slow.release();
      CompletableFuture.allOf(held, behind).join();
    }
    try (ObjectWalProvider second = Providers.fast(objects, meta)) {
      Wal early = second.open("early", 2);
      Wal late = second.open("late", 2);
      assertThat(Messages.read(late, 1)).hasSize(1);
      try (WalReader reader = late.read(1)) {
        early.truncate(3);
        late.truncate(1);
        trimmed(second, 1);
        assertThat(rest(reader)).containsExactly(1L);
      }
    }
  }

  /// One that is opened and not written would pin the stream that it shares.
  @Test
  void an_idle_channel_does_not_hold_back_the_slots_that_its_neighbours_let_go() {
    try (ObjectWalProvider provider = Providers.fast(objects, meta)) {
      Wal idle = provider.open("idle", 1);
      Wal silent = provider.open("silent", 1);
      append(silent, 1).join();
      silent.truncate(2);
      Wal busy = provider.open("busy", 1);
      for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 20; i++) {
          append(busy, 1).join();
        }
        busy.truncate(busy.nextLsn());
        // an extent follows when it is 16 slots behind
        Eventually.holds(() -> objects.list("wal/v1/").size() < 16);
      }
      append(idle, 1).join();
      append(silent, 1).join();
      append(busy, 1).join();
      try (ObjectWalProvider other = Providers.fast(objects, meta)) {
        assertThat(rest(other.open("idle", 2).read(1))).containsExactly(1L);
        assertThat(rest(other.open("silent", 2).read(1))).containsExactly(2L);
        assertThat(rest(other.open("busy", 2).read(1))).containsExactly(61L);
      }
    }
  }

  /// Readers must not begin where the slots may have gone, and the next truncation must go on.
  @Test
  void truncation_goes_on_after_a_lost_reply_of_the_meta_store() {
    LossyMetaStore lossy = new LossyMetaStore(meta);
    try (ObjectWalProvider provider = Providers.fast(objects, lossy)) {
      Wal wal = provider.open("c", 1);
      for (int i = 0; i < 6; i++) {
        append(wal, 1).join();
      }
      lossy.loseNextReply();
      wal.truncate(3);
      Eventually.holds(lossy::hasLost);
      trimmed(provider, 1);
      assertThat(Messages.read(wal, 1)).extracting(WalMessage::lsn).startsWith(3L);
      wal.truncate(5);
      Eventually.holds(() -> objects.list("wal/v1/").size() == 2);
      assertThat(Messages.read(wal, 1)).extracting(WalMessage::lsn).containsExactly(5L, 6L);
    }
  }

  /// Between the reply for a slot and its acknowledgement by the writer's thread, truncation runs.
  @Test
  void what_is_created_and_not_yet_acknowledged_stays_when_all_before_it_is_truncated() {
    List<ReentrantLock> locks = new ArrayList<>();
    AtomicReference<@Nullable Wal> truncated = new AtomicReference<>();
    Deciders deciders =
        new Deciders() {
          @Override
          CommitPlanner planner(ObjectWalSettings settings, RandomGenerator random) {
            return new CommitPlanner(settings, random) {
              @Override
              List<Command> replied(long slot, Reply reply, long now) {
                List<Command> out = super.replied(slot, reply, now);
                Wal wal = truncated.getAndSet(null);
                if (wal != null) {
                  // the lock is held here: the trimmer comes to it before the writer's thread
                  wal.truncate(2);
                  Eventually.holds(locks.getFirst()::hasQueuedThreads);
                }
                return out;
              }
            };
          }
        };
    try (ObjectWalProvider first = provider(locks, deciders)) {
      Wal wal = first.open("c", 1);
      append(wal, 1).join();
      truncated.set(wal);
      append(wal, 1).join();
      try (ObjectWalProvider second = Providers.fast(objects, meta)) {
        assertThat(rest(second.open("c", 2).read(1))).containsExactly(2L);
      }
    }
  }

  private ObjectWalProvider provider(List<ReentrantLock> locks, Deciders deciders) {
    Threads threads =
        new ForwardingThreads(new JdkThreads(System::nanoTime)) {
          @Override
          public ReentrantLock lock() {
            locks.add(super.lock());
            return locks.getLast();
          }
        };
    return new ObjectWalProvider(
        objects, meta, Providers.fastSettings(), "n", threads, new SplittableRandom(1), deciders);
  }
}
