package io.pandion.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.cluster.ChannelAssignment;
import io.pandion.cluster.LogEra;
import io.pandion.model.PandionException;
import io.pandion.wal.MemoryWalProvider;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalPayload;
import io.pandion.wal.WalProviders;
import io.pandion.wal.WalReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// A channel whose messages lie in three logs on two backends.
class ChannelWalTest {
  private static final LogEra FIRST = new LogEra("left", "c", 1);
  private static final LogEra SECOND = new LogEra("right", "c-1", 5);
  private static final LogEra THIRD = new LogEra("left", "c-2", 8);
  private static final List<LogEra> ALL = List.of(FIRST, SECOND, THIRD);

  private final MemoryWalProvider left = new MemoryWalProvider();
  private final MemoryWalProvider right = new MemoryWalProvider();
  private final WalProviders wals =
      new WalProviders(Map.of("left", () -> left, "right", () -> right));

  private void write(LogEra era, int messages) {
    try (Wal wal = wals.get(era.type()).open(era.name(), 1, era.fromLsn())) {
      for (int i = 0; i < messages; i++) {
        long lsn = wal.nextLsn();
        wal.append(
                List.of(
                    new WalMessage(
                        lsn, 1, 10 * lsn, "", WalBody.of(new WalPayload.RecoveryBarrier()))))
            .join();
      }
    }
  }

  private ChannelWal open(List<LogEra> eras) {
    return ChannelWal.open(wals, new ChannelAssignment("c", 2, eras, List.of()));
  }

  private static List<Long> read(Wal wal, long from) {
    List<Long> lsns = new ArrayList<>();
    try (WalReader reader = wal.read(from)) {
      for (WalMessage m = reader.next(); m != null; m = reader.next()) {
        lsns.add(m.lsn());
      }
    }
    return lsns;
  }

  @Test
  void a_reader_goes_from_log_to_log() {
    write(FIRST, 4);
    write(SECOND, 3);
    write(THIRD, 2);
    try (ChannelWal wal = open(ALL)) {
      assertThat(wal.nextLsn()).isEqualTo(10);
      assertThat(wal.lastTick()).isEqualTo(90);
      for (long from = 1; from <= 10; from++) {
        List<Long> expected = new ArrayList<>();
        for (long lsn = from; lsn < 10; lsn++) {
          expected.add(lsn);
        }
        assertThat(read(wal, from)).isEqualTo(expected);
      }
    }
  }

  @Test
  void an_empty_last_log_tells_the_tick_of_the_one_before() {
    write(FIRST, 4);
    write(SECOND, 3);
    try (ChannelWal wal = open(ALL)) {
      assertThat(wal.nextLsn()).isEqualTo(8);
      assertThat(wal.lastTick()).isEqualTo(70);
      assertThat(read(wal, 6)).containsExactly(6L, 7L);
    }
  }

  @Test
  void a_log_that_does_not_end_where_the_next_begins_is_refused() {
    write(FIRST, 5);
    assertThatThrownBy(() -> open(ALL))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA))
        .hasMessageContaining("left log c ends at lsn 5")
        .hasMessageContaining("right log c-1 at lsn 5");
  }

  @Test
  void logs_are_let_go_when_nothing_in_them_is_needed() {
    write(FIRST, 4);
    write(SECOND, 3);
    write(THIRD, 2);
    try (ChannelWal wal = open(ALL)) {
      AtomicBoolean told = new AtomicBoolean();
      assertThat(wal.hasEnded(4)).isFalse();
      wal.release(4, () -> told.set(true));
      assertThat(told).isFalse();
      assertThat(wal.hasEnded(5)).isTrue();
      assertThatThrownBy(
              () ->
                  wal.release(
                      7,
                      () -> {
                        throw PandionException.unavailable("the coordinator is away");
                      }))
          .isInstanceOf(PandionException.class);
      assertThat(wal.eras()).as("told later").isEqualTo(ALL);
      wal.release(7, () -> told.set(true));
      assertThat(told).isTrue();
      assertThat(wal.eras()).containsExactly(SECOND, THIRD);
      wal.release(100, () -> {});
      assertThat(wal.eras()).as("the last log stays").containsExactly(THIRD);
      assertThat(read(wal, 8)).containsExactly(8L, 9L);
    }
  }

  @Test
  void what_is_stopped_takes_nothing_more() {
    try (ChannelWal wal = open(List.of(FIRST))) {
      wal.stop(PandionException.unavailable("it is not known where to write"));
      assertThat(wal.append(List.of())).isCompletedExceptionally();
    }
  }
}
