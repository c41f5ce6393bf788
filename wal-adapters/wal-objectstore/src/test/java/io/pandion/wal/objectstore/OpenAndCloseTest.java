package io.pandion.wal.objectstore;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.meta.FileMetaStore;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.storage.ObjectStore;
import io.pandion.wal.Wal;
import io.pandion.wal.WalReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Openings and closings of one channel that meet each other, and what is under way.
@Timeout(60)
class OpenAndCloseTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final HeldObjectStore slow = new HeldObjectStore(objects);
  private final FileMetaStore meta = FileMetaStore.inMemory();

  private static CompletableFuture<Void> append(Wal wal, long term) {
    return wal.append(Messages.batch(term, wal.nextLsn(), 1, "w"));
  }

  private static ObjectWalSettings settings(int objectBytes, int inFlight, Duration stall) {
    return new ObjectWalSettings(
        Math.min(objectBytes, 4 << 20),
        objectBytes,
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        inFlight,
        1 << 20,
        stall,
        0,
        Duration.ofMillis(1),
        Duration.ofMillis(20),
        ObjectWalSettings.Commit.STORE);
  }

  /// What the first was given in between must be durable before the second takes its end.
  @Test
  void two_openings_of_one_channel_at_once_lose_nothing() throws Exception {
    List<ReentrantLock> locks = new ArrayList<>();
    CountDownLatch written = new CountDownLatch(1);
    Threads threads =
        new ForwardingThreads(new JdkThreads(System::nanoTime)) {
          @Override
          public ReentrantLock lock() {
            locks.add(new SlowForOne(written));
            return locks.getLast();
          }
        };
    try (ObjectWalProvider provider =
        new ObjectWalProvider(
            objects,
            meta,
            ObjectWalSettings.defaults().withWindow(LONG, LONG),
            "n",
            threads,
            new SplittableRandom(1),
            new Deciders())) {
      provider.prepare("c");
      ReentrantLock opening = locks.get(1);
      CompletableFuture<Wal> first = new CompletableFuture<>();
      CompletableFuture<Wal> second = new CompletableFuture<>();
      opening.lock();
      try {
        Thread.ofPlatform().name("first").start(() -> first.complete(provider.open("c", 1)));
        Eventually.holds(() -> opening.getQueueLength() == 1);
        Thread.ofPlatform()
            .name(SlowForOne.NAME)
            .start(() -> second.complete(provider.open("c", 2)));
        Eventually.holds(() -> opening.getQueueLength() == 2);
      } finally {
        opening.unlock();
      }
      append(first.join(), 1).join();
      CompletableFuture<Void> waits = append(first.join(), 1);
      written.countDown();
      assertThat(Messages.read(second.join(), 1)).hasSize(2);
      waits.join();
    }
  }

  /// A lock that one thread, when it has got it, keeps until the other one has written.
  private static final class SlowForOne extends ReentrantLock {
    static final String NAME = "second";
    private static final long serialVersionUID = 1L;

    private final transient CountDownLatch written;

    SlowForOne(CountDownLatch written) {
      this.written = written;
    }

    @Override
    public void lock() {
      boolean waited = hasQueuedThreads() || isLocked();
      super.lock();
      if (waited && Thread.currentThread().getName().equals(NAME)) {
        try {
          written.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Test
  void a_log_that_is_closed_before_its_writes_are_durable_is_not_forgotten() {
    try (ObjectWalProvider provider =
        Providers.with(slow, meta, settings(8 << 20, 16, Duration.ofMillis(300)))) {
      Wal wal = provider.open("c", 1);
      append(wal, 1).join();
      slow.hold("/00000000000000000001");
      CompletableFuture<Void> row = append(wal, 1);
      Eventually.holds(() -> !slow.held().isEmpty());
      wal.close();
      assertThatThrownBy(() -> provider.open("c", 2))
          .hasMessageContaining("does not become durable")
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY));
      slow.release();
      row.join();
      assertThat(Messages.read(provider.open("c", 2), 1)).hasSize(2);
    }
  }

  /// Who ends it next would find its first hole among the slots that were collected.
  @Test
  void nothing_begins_in_a_stream_that_others_ended_and_collected_meanwhile() {
    try (ObjectWalProvider first = Providers.fast(slow, meta);
        ObjectWalProvider second = Providers.fast(objects, meta)) {
      slow.holdReplies("/00000000000000000000");
      CompletableFuture<Void> unheard = append(first.open("a", 1), 1);
      Eventually.holds(() -> !objects.list("wal/v1/").isEmpty());
      String object = objects.list("wal/v1/").getFirst();
      Wal taken = second.open("a", 2);
      append(taken, 2).join();
      taken.truncate(3);
      Eventually.holds(() -> !objects.exists(object));
      // waits until the truncation is over
      taken.close();
      Wal other = first.open("b", 1);
      slow.release();
      unheard.join();
      String stream = object.split("/", -1)[3];
      assertThat(meta.get(WalMeta.CHANNELS + "b"))
          .hasValueSatisfying(
              entry ->
                  assertThat(new String(entry.value(), StandardCharsets.UTF_8))
                      .contains("\"stream\"")
                      .doesNotContain(stream));
      append(other, 1).join();
      assertThat(Messages.read(second.open("b", 2), 1)).hasSize(1);
    }
  }

  @Test
  void a_row_that_others_have_read_is_not_said_to_be_fenced_when_a_fence_comes_late() {
    CountDownLatch reply = new CountDownLatch(1);
    ObjectStore lossy =
        new ForwardingObjectStore(objects) {
          @Override
          public boolean putIfAbsent(String name, byte[] bytes) {
            boolean created = super.putIfAbsent(name, bytes);
            if (created && name.startsWith("wal/v1/")) {
              keep(new CountDownLatch(1), reply);
              throw new PandionException(
                  Reason.OUTCOME_UNKNOWN, PandionException.Subject.NONE, "lost on purpose");
            }
            return created;
          }
        };
    try (ObjectWalProvider first = Providers.fast(lossy, meta);
        ObjectWalProvider second = Providers.fast(objects, meta)) {
      CompletableFuture<Void> row = append(first.open("a", 1), 1);
      Eventually.holds(() -> !objects.list("wal/v1/").isEmpty());
      String object = objects.list("wal/v1/").getFirst();
      Wal taken = second.open("a", 2);
      assertThat(Messages.read(taken, 1)).hasSize(1);
      append(taken, 2).join();
      taken.truncate(3);
      Eventually.holds(() -> !objects.exists(object));
      StreamId stream = StreamId.parse(object.split("/", -1)[3]);
      objects.putIfAbsent(object, new SlotBuilder(stream, 1).fence(0).bytes());
      reply.countDown();
      assertThatThrownBy(row::join)
          .cause()
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN));
    }
  }

  @Test
  void a_closed_provider_opens_nothing() {
    ObjectWalProvider provider = Providers.fast(objects, meta);
    provider.open("c", 1);
    provider.close();
    assertThatThrownBy(() -> provider.open("d", 1))
        .hasMessageContaining("the log provider is closed")
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY));
  }

  @Test
  void a_reader_is_told_that_its_provider_was_closed() {
    ObjectWalProvider provider = Providers.fast(objects, meta);
    Wal wal = provider.open("c", 1);
    for (int i = 0; i < 20; i++) {
      append(wal, 1).join();
    }
    try (WalReader reader = wal.read(1)) {
      provider.close();
      assertThatThrownBy(reader::next)
          .hasMessageContaining("closed")
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY));
    }
  }

  /// The writer's thread is kept, replies come, and much waits: then it is let go.
  @Test
  void no_more_objects_are_made_than_may_be_under_way() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch kept = new CountDownLatch(1);
    List<CompletableFuture<Void>> rows = new ArrayList<>();
    try (ObjectWalProvider provider =
        Providers.with(slow, meta, settings(1, 2, Duration.ofSeconds(30)))) {
      Wal wal = provider.open("c", 1);
      slow.hold("/00000000000000000000");
      slow.hold("/00000000000000000001");
      CompletableFuture<Void> first = append(wal, 1).thenRun(() -> keep(kept, gate));
      CompletableFuture<Void> second = append(wal, 1);
      Eventually.holds(() -> slow.held().size() == 2);
      slow.release("/00000000000000000000");
      kept.await();
      for (int i = 0; i < 20; i++) {
        rows.add(append(wal, 1));
      }
      slow.hold("");
      slow.release("/00000000000000000001");
      Eventually.holds(() -> slow.held().isEmpty());
      gate.countDown();
      Eventually.holds(() -> slow.held().size() >= 2);
      // nothing to wait for: that there is no third one in this time is what is tested
      assertThat(new CompletableFuture<Void>().completeOnTimeout(null, 200, MILLISECONDS).get())
          .isNull();
      assertThat(slow.held()).hasSize(2);
      slow.release();
      CompletableFuture.allOf(first, second).join();
      rows.forEach(CompletableFuture::join);
      assertThat(Messages.read(wal, 1)).hasSize(22);
    }
  }

  private static void keep(CountDownLatch kept, CountDownLatch gate) {
    kept.countDown();
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
