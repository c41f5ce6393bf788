package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every log promises; extended by each adapter and by the twin in memory.
@Timeout(120)
public abstract class WalContract {
  private static final String CHANNEL = "channel-0";
  private WalProvider provider;

  /// A provider with no logs.
  protected abstract WalProvider create() throws Exception;

  /// The same logs after the process has ended; a twin in memory gives itself.
  protected abstract WalProvider restart(WalProvider provider) throws Exception;

  @BeforeEach
  final void createProvider() throws Exception {
    provider = create();
  }

  @AfterEach
  final void closeProvider() {
    provider.close();
  }

  @Test
  void an_empty_log_begins_with_lsn_1_and_tick_0() {
    try (Wal wal = provider.open(CHANNEL, 1)) {
      assertThat(wal.nextLsn()).isEqualTo(1);
      assertThat(wal.lastTick()).isZero();
      assertThat(lsns(wal, 1)).isEmpty();
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
  void a_message_over_the_limit_is_refused_and_nothing_of_its_batch_is_written() throws Exception {
    WalBody tooLarge = WalBody.ofBytes(new byte[Wal.MAX_BODY_BYTES + 1]);
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

  private void assertRefused(long term) {
    assertThatThrownBy(() -> provider.open(CHANNEL, term))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FENCED));
  }

  protected static void assertFails(CompletableFuture<Void> append, Reason reason) {
    assertThatThrownBy(() -> get(append))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  protected static void get(CompletableFuture<Void> append) throws Exception {
    append.get(60, TimeUnit.SECONDS);
  }

  /// Appends `count` messages as one batch and awaits them.
  protected static void append(Wal wal, long term, int count) throws Exception {
    List<WalMessage> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(message(term, wal.nextLsn() + i));
    }
    get(wal.append(batch));
  }

  /// A message that follows from its lsn.
  protected static WalMessage message(long term, long lsn) {
    return new WalMessage(lsn, term, tick(lsn), vchannel(lsn), WalBody.of(payload(lsn)));
  }

  protected static WalPayload payload(long lsn) {
    return new WalPayload.DropPartition(lsn, -lsn);
  }

  protected static long tick(long lsn) {
    return 1_000 + lsn * 10;
  }

  private static String vchannel(long lsn) {
    return lsn % 3 == 0 ? "" : "channel-0_v" + lsn % 3;
  }

  protected static List<Long> lsns(Wal wal, long from) {
    return messages(wal, from).stream().map(WalMessage::lsn).toList();
  }

  protected static List<WalMessage> messages(Wal wal, long from) {
    try (WalReader reader = wal.read(from)) {
      return drain(reader);
    }
  }

  private static List<WalMessage> drain(WalReader reader) {
    List<WalMessage> out = new ArrayList<>();
    for (WalMessage m = reader.next(); m != null; m = reader.next()) {
      out.add(m);
    }
    return out;
  }
}
