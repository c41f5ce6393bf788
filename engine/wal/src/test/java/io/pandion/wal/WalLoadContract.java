package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Part of [WalContract]: large messages, many channels, many bytes, little time.
public abstract class WalLoadContract extends WalFencingContract {
  @Test
  void a_message_over_the_limit_is_refused_and_nothing_of_its_batch_is_written() throws Exception {
    WalBody tooLarge = WalBody.ofBytes(new byte[largestBody() + 1]);
    try (Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 1);
      assertFails(
          wal.append(List.of(message(1, 2), new WalMessage(3, 1, tick(3), "v", tooLarge))),
          Reason.INVALID_REQUEST);
      assertThat(wal.nextLsn()).isEqualTo(2);
      append(wal, 1, 1);
      assertThat(lsns(wal, 1)).containsExactly(1L, 2L);
    }
  }

  @Test
  void a_large_message_is_read_as_it_was_written() throws Exception {
    byte[] bytes = new byte[9_000_001];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + (i >>> 8));
    }
    try (Wal wal = provider.open(CHANNEL, 1)) {
      get(wal.append(List.of(new WalMessage(1, 1, tick(1), "v", WalBody.ofBytes(bytes)))));
      append(wal, 1, 1);
      WalMessage read = messages(wal, 1).getFirst();
      byte[] found = new byte[read.body().size()];
      read.body().encoded().get(found);
      assertThat(found).isEqualTo(bytes);
      assertThat(lsns(wal, 1)).containsExactly(1L, 2L);
    }
  }

  /// The log is not opened again: what waited is written when the backend is back, what was refused
  /// is not.
  @Test
  void an_outage_of_the_backend_holds_what_was_appended_refuses_more_and_ends() throws Exception {
    Optional<WalProvider> patient = patient();
    if (patient.isEmpty()) {
      return;
    }
    provider.close();
    provider = patient.get();
    try (Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 3);
      takeAway();
      CompletableFuture<Void> waiting = wal.append(List.of(message(1, 4), message(1, 5)));
      putForward(Duration.ofSeconds(31));
      assertThatThrownBy(() -> wal.append(List.of(message(1, 6))))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY));
      assertThat(waiting).isNotDone();
      bringBack();
      get(waiting);
      assertThat(wal.nextLsn()).isEqualTo(6);
      append(wal, 1, 2);
      assertThat(lsns(wal, 1)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }
  }

  @Test
  void channels_do_not_disturb_each_other() throws Exception {
    List<Wal> wals = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      wals.add(provider.open("many-" + i, 1));
    }
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < wals.size(); i++) {
        for (int n = 0; n <= i; n++) {
          all.add(wals.get(i).append(List.of(message(1, wals.get(i).nextLsn()))));
        }
      }
    }
    for (CompletableFuture<Void> one : all) {
      get(one);
    }
    for (int i = 0; i < wals.size(); i++) {
      assertThat(lsns(wals.get(i), 1)).hasSize(20 * (i + 1)).isSorted();
      wals.get(i).close();
    }
  }

  @Test
  void the_largest_message_is_read_as_it_was_written() throws Exception {
    byte[] bytes = new byte[largestBody()];
    new Random(largestBody()).nextBytes(bytes);
    try (Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 1);
      get(wal.append(List.of(new WalMessage(2, 1, tick(2), "v", WalBody.ofBytes(bytes)))));
      append(wal, 1, 1);
      WalMessage read = messages(wal, 2).getFirst();
      assertThat(read.lsn()).isEqualTo(2);
      assertThat(read.body().encoded()).isEqualTo(java.nio.ByteBuffer.wrap(bytes));
    }
    provider = restart(provider);
    try (Wal wal = provider.open(CHANNEL, 2)) {
      assertThat(wal.nextLsn()).isEqualTo(4);
      assertThat(lsns(wal, 3)).containsExactly(3L);
    }
  }

  @Test
  void a_hundred_channels_are_written_at_once() throws Exception {
    int channels = 100;
    try (ExecutorService pool = Executors.newFixedThreadPool(10)) {
      List<Future<Void>> writers = new ArrayList<>();
      for (int i = 0; i < channels; i++) {
        String channel = "hundred-" + i;
        writers.add(pool.submit(() -> writeAndClose(channel)));
      }
      for (Future<Void> writer : writers) {
        writer.get(100, TimeUnit.SECONDS);
      }
      provider = restart(provider);
      for (int i = 0; i < channels; i += 9) {
        try (Wal wal = provider.open("hundred-" + i, 2)) {
          assertThat(lsns(wal, 1)).hasSize(60).isSorted();
        }
      }
    }
  }

  private Void writeAndClose(String channel) throws Exception {
    try (Wal wal = provider.open(channel, 1)) {
      List<CompletableFuture<Void>> appends = new ArrayList<>();
      for (int n = 0; n < 20; n++) {
        long next = wal.nextLsn();
        appends.add(
            wal.append(List.of(message(1, next), message(1, next + 1), message(1, next + 2))));
      }
      for (CompletableFuture<Void> append : appends) {
        get(append);
      }
      assertThat(lsns(wal, 1)).hasSize(60);
    }
    return null;
  }

  @Test
  void appends_wait_while_too_much_is_unacknowledged() throws Exception {
    int bytes = 1 << 20;
    WalBody body = WalBody.ofBytes(new byte[bytes]);
    AtomicLong unacknowledged = new AtomicLong();
    List<CompletableFuture<Void>> appends = new ArrayList<>();
    try (Wal wal = provider.open(CHANNEL, 1)) {
      for (int i = 0; i < 3 * (Wal.MAX_UNACKNOWLEDGED_BYTES / bytes); i++) {
        long lsn = wal.nextLsn();
        unacknowledged.addAndGet(bytes);
        appends.add(
            wal.append(List.of(new WalMessage(lsn, 1, tick(lsn), "v", body)))
                .whenComplete((_, _) -> unacknowledged.addAndGet(-bytes)));
        // completions may be told a moment later than room is made
        assertThat(unacknowledged.get())
            .isLessThanOrEqualTo(Wal.MAX_UNACKNOWLEDGED_BYTES + 8L * bytes);
        if (lsn % 64 == 0) {
          get(appends.getLast());
          wal.truncate(lsn);
        }
      }
      for (CompletableFuture<Void> append : appends) {
        get(append);
      }
    }
  }

  @Test
  void what_was_acknowledged_is_read_at_once() throws Exception {
    List<Long> nanos = new ArrayList<>();
    try (Wal wal = provider.open(CHANNEL, 1)) {
      for (int i = 0; i < 100; i++) {
        append(wal, 1, 1);
        long lsn = wal.nextLsn() - 1;
        long start = System.nanoTime();
        assertThat(lsns(wal, lsn)).containsExactly(lsn);
        nanos.add(System.nanoTime() - start);
      }
    }
    nanos.sort(null);
    System.out.println(
        getClass().getSimpleName() + ": read right after ack, median us " + nanos.get(50) / 1_000);
    assertThat(nanos.get(50)).isLessThan(500_000_000L);
  }
}
