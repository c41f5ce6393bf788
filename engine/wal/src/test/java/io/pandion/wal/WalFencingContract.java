package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Part of [WalContract]: who may write, and what a failure leaves.
public abstract class WalFencingContract extends WalFixture {
  @Test
  void a_writer_of_an_older_term_is_fenced() throws Exception {
    Wal old = provider.open(CHANNEL, 1);
    append(old, 1, 2);
    Wal young = provider.open(CHANNEL, 2);
    assertFails(old.append(List.of(message(1, 3))), Reason.FENCED);
    assertFails(old.append(List.of(message(1, 3))), Reason.FENCED);
    append(young, 2, 1);
    assertThat(messages(young, 1)).extracting(WalMessage::term).containsExactly(1L, 1L, 2L);
    old.close();
    append(young, 2, 1);
    assertThat(lsns(young, 1)).containsExactly(1L, 2L, 3L, 4L);
    young.close();
  }

  @Test
  void a_lower_term_is_refused_also_after_a_restart() throws Exception {
    provider.open(CHANNEL, 5).close();
    assertRefused(4);
    provider = restart(provider);
    assertRefused(4);
    provider.open(CHANNEL, 5).close();
    provider.open(CHANNEL, 6).close();
    assertRefused(5);
  }

  @Test
  void a_refused_opening_does_not_disturb_the_owner() throws Exception {
    WalProvider other = another(provider);
    try (Wal wal = provider.open(CHANNEL, 5)) {
      append(wal, 5, 3);
      for (int i = 0; i < 3; i++) {
        assertRefused(other, 4);
        append(wal, 5, 2);
      }
      assertThat(lsns(wal, 1)).hasSize(9).isSorted();
    } finally {
      other.close();
    }
  }

  @Test
  void a_second_provider_takes_over_and_the_first_is_fenced() throws Exception {
    WalProvider other = another(provider);
    try {
      Wal old = provider.open(CHANNEL, 1);
      append(old, 1, 4);
      Wal young = other.open(CHANNEL, 2);
      assertThat(lsns(young, 1)).containsExactly(1L, 2L, 3L, 4L);
      assertFails(old.append(List.of(message(1, 5))), Reason.FENCED);
      append(young, 2, 2);
      assertThat(messages(young, 1))
          .extracting(WalMessage::term)
          .containsExactly(1L, 1L, 1L, 1L, 2L, 2L);
      old.close();
      append(young, 2, 1);
      young.close();
      Wal again = provider.open(CHANNEL, 3);
      assertThat(messages(again, 1))
          .extracting(WalMessage::term)
          .containsExactly(1L, 1L, 1L, 1L, 2L, 2L, 2L);
      again.close();
    } finally {
      other.close();
    }
  }

  /// Owners follow each other while the one before has batches in flight.
  @Test
  void a_take_over_of_batches_in_flight_loses_no_acknowledged_one_and_shows_no_late_one()
      throws Exception {
    WalProvider other = another(provider);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Wal old = provider.open(CHANNEL, 1);
      for (long term = 2; term <= 7; term++) {
        long first = old.nextLsn();
        CountDownLatch underWay = new CountDownLatch(40);
        Wal writer = old;
        long oldTerm = term - 1;
        Future<Long> acked = pool.submit(() -> appendUntilFenced(writer, oldTerm, underWay));
        assertThat(underWay.await(60, TimeUnit.SECONDS)).isTrue();
        Wal young = (term % 2 == 0 ? other : provider).open(CHANNEL, term);
        List<WalMessage> atOpening = messages(young, 1);
        long mine = young.nextLsn();
        append(young, term, 3);
        long last = acked.get(60, TimeUnit.SECONDS);
        assertThat(last).as("acknowledged under term %d", oldTerm).isBetween(first, mine - 1);
        old.close();
        append(young, term, 2);
        List<WalMessage> after = messages(young, 1);
        assertThat(after).hasSize((int) mine + 4);
        assertThat(atOpening).hasSize((int) mine - 1);
        for (WalMessage m : after) {
          assertThat(m.tick()).isEqualTo(tick(m.lsn()));
          assertThat(m.term())
              .as("term of lsn %d", m.lsn())
              .isEqualTo(m.lsn() >= mine ? term : atOpening.get((int) m.lsn() - 1).term());
        }
        old = young;
      }
      old.close();
    } finally {
      other.close();
    }
  }

  /// @return the last acknowledged lsn
  private static long appendUntilFenced(Wal wal, long term, CountDownLatch underWay)
      throws Exception {
    List<CompletableFuture<Void>> appends = new ArrayList<>();
    List<Long> lsns = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      long lsn = wal.nextLsn();
      CompletableFuture<Void> append = wal.append(List.of(message(term, lsn)));
      appends.add(append);
      lsns.add(lsn);
      underWay.countDown();
      if (append.isCompletedExceptionally()) {
        break;
      }
      if (i % 16 == 15) {
        awaitEnd(appends.get(i - 15));
      }
    }
    long acked = 0;
    boolean failed = false;
    for (int i = 0; i < appends.size(); i++) {
      boolean passed = awaitEnd(appends.get(i));
      assertThat(passed && failed).as("an acknowledgement behind a failure").isFalse();
      failed |= !passed;
      acked = passed ? lsns.get(i) : acked;
    }
    assertThat(failed).as("fenced in time").isTrue();
    assertFails(wal.append(List.of(message(term, wal.nextLsn()))), Reason.FENCED);
    return acked;
  }

  /// @return whether it was acknowledged
  private static boolean awaitEnd(CompletableFuture<Void> append) throws Exception {
    try {
      get(append);
      return true;
    } catch (ExecutionException e) {
      assertThat(e.getCause())
          .isInstanceOfSatisfying(
              PandionException.class,
              p -> assertThat(p.reason()).isIn(Reason.FENCED, Reason.OUTCOME_UNKNOWN));
      return false;
    }
  }

  @Test
  void a_failure_stops_the_log_until_it_is_opened_again() throws Exception {
    Wal wal = provider.open(CHANNEL, 1);
    append(wal, 1, 3);
    if (!failWrites(provider)) {
      return;
    }
    assertFails(wal.append(List.of(message(1, 4), message(1, 5))), Reason.OUTCOME_UNKNOWN);
    for (int i = 0; i < 3; i++) {
      assertFails(wal.append(List.of(message(1, wal.nextLsn()))), Reason.UNAVAILABLE_RETRY);
    }
    wal.close();
    repairWrites();
    provider = restart(provider);
    try (Wal again = provider.open(CHANNEL, 1)) {
      long next = again.nextLsn();
      assertThat(next).isBetween(4L, 6L);
      append(again, 1, 2);
      List<WalMessage> all = messages(again, 1);
      assertThat(all).hasSize((int) next + 1);
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).lsn()).isEqualTo(i + 1);
        assertThat(all.get(i).body().payload()).isEqualTo(payload(i + 1));
      }
    }
  }

  @Test
  void closing_acknowledges_what_was_appended_and_refuses_more() throws Exception {
    Wal wal = provider.open(CHANNEL, 1);
    List<CompletableFuture<Void>> appends = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      appends.add(wal.append(List.of(message(1, wal.nextLsn()))));
    }
    wal.close();
    for (CompletableFuture<Void> append : appends) {
      get(append);
    }
    assertFails(wal.append(List.of(message(1, 51))), Reason.UNAVAILABLE_RETRY);
    wal.close();
    provider = restart(provider);
    try (Wal again = provider.open(CHANNEL, 1)) {
      assertThat(lsns(again, 1)).hasSize(50);
    }
  }
}
