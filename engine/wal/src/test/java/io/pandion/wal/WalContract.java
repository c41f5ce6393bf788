package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// What every log promises; extended by each adapter and by the twin in memory. [WalFixture] names
/// what an adapter gives; [WalFencingContract] and [WalLoadContract] are its other parts.
public abstract class WalContract extends WalLoadContract {
  @Test
  void an_empty_log_begins_with_lsn_1_and_tick_0() {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      assertThat(wal.nextLsn()).isEqualTo(1);
      assertThat(wal.lastTick()).isZero();
      assertThat(lsns(wal, 1)).isEmpty();
    }
  }

  @Test
  void a_new_log_begins_with_the_lsn_that_it_is_opened_at() throws Exception {
    provider.prepare(CHANNEL);
    try (Wal wal = provider.open(CHANNEL, 3, 1_000)) {
      assertThat(wal.nextLsn()).isEqualTo(1_000);
      assertThat(wal.lastTick()).isZero();
      assertThat(lsns(wal, 1)).isEmpty();
      assertThat(lsns(wal, 1_000)).isEmpty();
    }
    provider = restart(provider);
    try (Wal wal = provider.open(CHANNEL, 4, 1_000)) {
      assertThat(wal.nextLsn()).as("opened again, still empty").isEqualTo(1_000);
      append(wal, 4, 3);
      assertThat(lsns(wal, 1)).containsExactly(1_000L, 1_001L, 1_002L);
      assertThat(lsns(wal, 1_001)).containsExactly(1_001L, 1_002L);
    }
    provider = restart(provider);
    try (Wal wal = provider.open(CHANNEL, 5, 1_000)) {
      assertThat(wal.nextLsn()).isEqualTo(1_003);
      assertThat(wal.lastTick()).isEqualTo(tick(1_002));
      assertThat(lsns(wal, 1)).containsExactly(1_000L, 1_001L, 1_002L);
      append(wal, 5, 40);
      wal.truncate(1_020);
      assertThat(lsns(wal, 1_020)).hasSize(23).startsWith(1_020L).endsWith(1_042L);
    }
    provider = restart(provider);
    try (Wal wal = provider.open(CHANNEL, 6, 1_000)) {
      assertThat(wal.nextLsn()).isEqualTo(1_043);
      assertThat(lsns(wal, 1_020)).hasSize(23).startsWith(1_020L).endsWith(1_042L);
    }
  }

  @Test
  void a_log_of_a_high_first_lsn_fences_lower_terms() throws Exception {
    try (Wal first = provider.open(CHANNEL, 7, 500)) {
      append(first, 7, 2);
      try (WalProvider other = another(provider);
          Wal second = other.open(CHANNEL, 8, 500)) {
        assertThat(second.nextLsn()).isEqualTo(502);
        append(second, 8, 1);
        assertThat(lsns(second, 1)).containsExactly(500L, 501L, 502L);
        assertThatThrownBy(() -> append(first, 7, 1)).isInstanceOf(Exception.class);
        assertRefused(6);
        assertThat(lsns(second, 1)).containsExactly(500L, 501L, 502L);
      }
    }
  }

  @Test
  void a_removed_log_is_gone_and_its_neighbours_stay() throws Exception {
    provider.remove("never-made");
    try (Wal gone = provider.open("removed-0", 1);
        Wal stays = provider.open(CHANNEL, 1)) {
      append(gone, 1, 5);
      append(stays, 1, 5);
    }
    provider = restart(provider);
    try (Wal stays = provider.open(CHANNEL, 2)) {
      provider.remove("removed-0");
      provider.remove("removed-0");
      append(stays, 2, 1);
      assertThat(lsns(stays, 1)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
      assertGone("removed-0");
    }
    provider = restart(provider);
    try (Wal stays = provider.open(CHANNEL, 3)) {
      assertThat(lsns(stays, 1)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }
  }

  @Test
  void what_was_acknowledged_is_read_in_order_with_all_its_fields() throws Exception {
    try (Wal wal = provider.open(CHANNEL, 7)) {
      append(wal, 7, 3);
      append(wal, 7, 2);
      assertThat(wal.nextLsn()).isEqualTo(6);
      assertThat(wal.lastTick()).isEqualTo(tick(5));
      List<WalMessage> read = messages(wal, 1);
      assertThat(read).extracting(WalMessage::lsn).containsExactly(1L, 2L, 3L, 4L, 5L);
      for (WalMessage m : read) {
        assertThat(m.term()).isEqualTo(7);
        assertThat(m.tick()).isEqualTo(tick(m.lsn()));
        assertThat(m.vchannel()).isEqualTo(vchannel(m.lsn()));
        assertThat(m.body().payload()).isEqualTo(payload(m.lsn()));
      }
    }
  }

  @Test
  void an_empty_batch_is_acknowledged_and_leaves_nothing() throws Exception {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      get(wal.append(List.of()));
      assertThat(wal.nextLsn()).isEqualTo(1);
      assertThat(lsns(wal, 1)).isEmpty();
    }
  }

  @Test
  void a_lsn_that_is_not_the_next_one_is_refused_and_nothing_is_written() throws Exception {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 1);
      for (List<WalMessage> wrong :
          List.of(
              List.of(message(1, 3)),
              List.of(message(1, 1)),
              List.of(message(1, 2), message(1, 4)),
              List.of(message(1, 2), message(1, 2)))) {
        assertThatThrownBy(() -> wal.append(wrong)).isInstanceOf(IllegalArgumentException.class);
      }
      append(wal, 1, 1);
      assertThat(lsns(wal, 1)).containsExactly(1L, 2L);
    }
  }

  @Test
  void acknowledgements_come_in_order_and_only_for_what_a_reader_sees() throws Exception {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      ConcurrentLinkedQueue<Long> acked = new ConcurrentLinkedQueue<>();
      ConcurrentLinkedQueue<Long> unseen = new ConcurrentLinkedQueue<>();
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        long lsn = wal.nextLsn();
        all.add(
            wal.append(List.of(message(1, lsn)))
                .thenRun(
                    () -> {
                      acked.add(lsn);
                      if (!lsns(wal, lsn).contains(lsn)) {
                        unseen.add(lsn);
                      }
                    }));
      }
      for (CompletableFuture<Void> one : all) {
        get(one);
      }
      assertThat(List.copyOf(acked)).hasSize(300).isSorted();
      assertThat(unseen).isEmpty();
    }
  }

  @Test
  void a_reader_starts_at_any_lsn() throws Exception {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 50);
      for (long from = 1; from <= 51; from++) {
        List<Long> expected = new ArrayList<>();
        for (long lsn = from; lsn <= 50; lsn++) {
          expected.add(lsn);
        }
        assertThat(lsns(wal, from)).isEqualTo(expected);
      }
    }
  }

  @Test
  void a_reader_stops_at_the_end_known_when_it_was_opened() throws Exception {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 2);
      try (WalReader reader = wal.read(1)) {
        append(wal, 1, 2);
        assertThat(drain(reader)).extracting(WalMessage::lsn).containsExactly(1L, 2L);
        assertThat(reader.next()).isNull();
      }
      assertThat(lsns(wal, 3)).containsExactly(3L, 4L);
    }
  }

  @Test
  void truncation_removes_only_below_its_lsn() throws Exception {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 40);
      wal.truncate(31);
      List<Long> retained = lsns(wal, 1);
      assertThat(retained.getFirst()).isLessThanOrEqualTo(31);
      assertThat(retained).endsWith(31L, 32L, 33L, 34L, 35L, 36L, 37L, 38L, 39L, 40L);
      assertThat(retained).hasSize((int) (40 - retained.getFirst() + 1)).isSorted();
      assertThat(lsns(wal, 35)).startsWith(35L);
    }
  }

  @Test
  void truncation_again_or_further_back_changes_nothing() throws Exception {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 40);
      wal.truncate(31);
      wal.truncate(31);
      wal.truncate(5);
      wal.truncate(1);
      append(wal, 1, 5);
      assertThat(lsns(wal, 31)).hasSize(15).startsWith(31L).endsWith(45L);
    }
    provider = restart(provider);
    try (Wal wal = provider.open(CHANNEL, 2)) {
      wal.truncate(31);
      List<Long> retained = lsns(wal, 1);
      assertThat(retained.getFirst()).isLessThanOrEqualTo(31);
      assertThat(retained).endsWith(44L, 45L).hasSize((int) (45 - retained.getFirst() + 1));
      assertThat(lsns(wal, 40)).startsWith(40L);
    }
  }

  @Test
  void lsns_and_ticks_go_on_after_all_was_truncated() throws Exception {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 20);
      wal.truncate(wal.nextLsn());
    }
    provider = restart(provider);
    try (Wal wal = provider.open(CHANNEL, 2)) {
      assertThat(wal.nextLsn()).isEqualTo(21);
      assertThat(wal.lastTick()).isEqualTo(tick(20));
      append(wal, 2, 1);
      assertThat(lsns(wal, 21)).containsExactly(21L);
    }
  }

  @Test
  void reopening_goes_on_with_lsn_and_tick_and_keeps_every_message() throws Exception {
    for (long term = 1; term <= 4; term++) {
      try (Wal wal = provider.open(CHANNEL, term)) {
        assertThat(wal.nextLsn()).isEqualTo((term - 1) * 5 + 1);
        assertThat(wal.lastTick()).isEqualTo(term == 1 ? 0 : tick((term - 1) * 5));
        append(wal, term, 5);
      }
      provider = restart(provider);
    }
    try (Wal wal = provider.open(CHANNEL, 4)) {
      assertThat(messages(wal, 1))
          .extracting(WalMessage::term)
          .containsExactly(
              1L, 1L, 1L, 1L, 1L, 2L, 2L, 2L, 2L, 2L, 3L, 3L, 3L, 3L, 3L, 4L, 4L, 4L, 4L, 4L);
    }
  }

  @Test
  void readers_see_a_dense_run_while_the_log_is_written() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService pool = Executors.newFixedThreadPool(3);
        Wal wal = provider.open(CHANNEL, 1)) {
      append(wal, 1, 1);
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(pool.submit(() -> readUntil(wal, done)));
      }
      try {
        for (int i = 0; i < 60; i++) {
          append(wal, 1, 7);
        }
      } finally {
        done.set(true);
      }
      for (Future<Long> reader : readers) {
        assertThat(reader.get(60, TimeUnit.SECONDS)).isPositive();
      }
      assertThat(lsns(wal, 1)).hasSize(421);
    }
  }

  /// Reads the log over and over; @return the number of passes
  private static long readUntil(Wal wal, AtomicBoolean done) {
    long passes = 0;
    long longest = 0;
    do {
      List<Long> seen = lsns(wal, 1);
      for (int i = 0; i < seen.size(); i++) {
        assertThat(seen.get(i)).isEqualTo(i + 1);
      }
      assertThat((long) seen.size()).isGreaterThanOrEqualTo(longest);
      longest = seen.size();
      passes++;
    } while (!done.get());
    return passes;
  }
}
