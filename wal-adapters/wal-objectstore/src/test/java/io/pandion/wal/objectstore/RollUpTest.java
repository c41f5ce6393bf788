package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.meta.FileMetaStore;
import io.pandion.model.PandionException;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.wal.Wal;
import io.pandion.wal.WalMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One object that sums up the indexes of many: what it saves, and that nothing hangs on it.
@Timeout(120)
class RollUpTest {
  private static final int SLOTS = 600;
  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final FileMetaStore meta = FileMetaStore.inMemory();

  private static List<Slot> slots(StreamId stream, int count) {
    List<Slot> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Part> parts = new ArrayList<>();
      for (int c = 0; c <= i % 3; c++) {
        parts.add(new Part("kanal-\u00fc" + c, 64 + c, 100, 3, i, i + 2, 10 + i, 12 + i));
      }
      out.add(
          new Slot(SlotFormat.DATA, stream, 256 + i, 7, i, i + 1, 1_000 + i, List.copyOf(parts)));
    }
    return out;
  }

  @Test
  void what_is_summed_up_is_read_again() {
    StreamId stream = StreamId.random(new SplittableRandom(3));
    List<Slot> slots = slots(stream, 5);
    assertThat(RollUp.parse("x", stream, RollUp.encode(slots))).isEqualTo(slots);
  }

  @Test
  void a_roll_up_that_is_damaged_or_another_streams_is_refused() {
    StreamId stream = StreamId.random(new SplittableRandom(3));
    byte[] sound = RollUp.encode(slots(stream, 5));
    for (int i = 0; i < sound.length; i++) {
      byte[] flipped = sound.clone();
      flipped[i] ^= 0x10;
      assertRefused(stream, flipped);
      assertRefused(stream, java.util.Arrays.copyOf(sound, i));
    }
    assertRefused(StreamId.random(new SplittableRandom(4)), sound);
  }

  private static void assertRefused(StreamId stream, byte[] bytes) {
    assertThatThrownBy(() -> RollUp.parse("wal/x", stream, bytes))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA))
        .hasMessageContaining("wal/x");
  }

  /// A channel with a record in the first and the last of many slots, which hold another's.
  private void write(ObjectWalProvider first) {
    Wal rare = first.open("rare", 1);
    Wal busy = first.open("busy", 1);
    append(rare).join();
    for (int i = 0; i < SLOTS; i++) {
      append(busy).join();
    }
    append(rare).join();
    Eventually.holds(() -> rollUps().size() == SLOTS / 256);
  }

  private static CompletableFuture<Void> append(Wal wal) {
    return wal.append(Messages.batch(1, wal.nextLsn(), 1, "w"));
  }

  private List<String> rollUps() {
    return objects.list("wal/v1/").stream().filter(StreamId::isRollUp).toList();
  }

  private static List<Long> lsns(Wal wal) {
    return Messages.read(wal, 1).stream().map(WalMessage::lsn).toList();
  }

  @Test
  void who_takes_a_long_log_over_does_not_read_every_object_of_it() {
    try (ObjectWalProvider first = Providers.fast(objects, meta)) {
      write(first);
      CountingObjectStore counting = new CountingObjectStore(objects);
      try (ObjectWalProvider second = Providers.fast(counting, meta)) {
        assertThat(lsns(second.open("rare", 2))).containsExactly(1L, 2L);
        // 88 slots are in no roll-up yet, and the first 16 are looked at before it is
        assertThat(counting.others.sum()).isBetween(88L, 200L);
        assertThat(lsns(second.open("busy", 2)))
            .containsExactlyElementsOf(LongStream.rangeClosed(1, SLOTS).boxed().toList());
      }
    }
  }

  @Test
  void a_log_is_read_without_its_roll_ups_or_with_damaged_ones() {
    try (ObjectWalProvider first = Providers.fast(objects, meta)) {
      write(first);
      List<String> rollUps = rollUps();
      byte[] damaged = objects.readAll(rollUps.getFirst());
      damaged[damaged.length / 2] ^= 1;
      rollUps.forEach(objects::delete);
      assertThat(objects.putIfAbsent(rollUps.getFirst(), damaged)).isTrue();
      try (ObjectWalProvider second = Providers.fast(objects, meta)) {
        assertThat(lsns(second.open("rare", 2))).containsExactly(1L, 2L);
      }
    }
  }

  @Test
  void an_object_that_is_gone_is_named_though_its_roll_up_is_there() {
    try (ObjectWalProvider first = Providers.fast(objects, meta)) {
      write(first);
      String gone = objects.list("wal/v1/").get(200);
      objects.delete(gone);
      try (ObjectWalProvider second = Providers.fast(objects, meta)) {
        assertThatThrownBy(() -> lsns(second.open("busy", 2)))
            .isInstanceOfSatisfying(
                PandionException.class,
                e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA))
            .hasMessageContaining(gone)
            .hasMessageContaining("missing");
      }
    }
  }

  @Test
  void a_roll_up_goes_with_the_last_of_its_slots() {
    try (ObjectWalProvider first = Providers.fast(objects, meta)) {
      write(first);
      Wal rare = first.open("rare", 2);
      Wal busy = first.open("busy", 2);
      rare.truncate(3);
      busy.truncate(300);
      Eventually.holds(() -> rollUps().size() == 1);
      busy.truncate(SLOTS + 1);
      Eventually.holds(() -> rollUps().isEmpty());
    }
  }
}
