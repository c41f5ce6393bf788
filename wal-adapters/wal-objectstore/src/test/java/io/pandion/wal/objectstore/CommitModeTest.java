package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.meta.FileMetaStore;
import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.wal.Wal;
import io.pandion.wal.objectstore.ObjectWalSettings.Commit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which mode a log is kept in, and what is particular to the one whose objects the meta store
/// names.
@Timeout(60)
class CommitModeTest {
  private final MemoryObjectStore objects = MemoryObjectStore.overwriting();
  private final CountingObjectStore counting = new CountingObjectStore(objects);
  private final FileMetaStore meta = FileMetaStore.inMemory();

  private static CompletableFuture<Void> append(Wal wal, long term, int count) {
    return wal.append(Messages.batch(term, wal.nextLsn(), count, "w"));
  }

  private static void fails(Runnable action, Reason reason, String... words) {
    assertThatThrownBy(action::run)
        .hasMessageContainingAll(words)
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private String mode() {
    return meta.get("objectwal/commit")
        .map(e -> new String(e.value(), StandardCharsets.UTF_8))
        .orElse("none");
  }

  @ParameterizedTest
  @EnumSource
  void a_log_is_refused_in_the_other_mode_and_stays_what_it_was(Commit mode) {
    Commit other = mode == Commit.STORE ? Commit.META : Commit.STORE;
    MemoryObjectStore sound = new MemoryObjectStore();
    try (ObjectWalProvider provider = Providers.fast(sound, meta, mode)) {
      append(provider.open("c", 1), 1, 3).join();
    }
    assertThat(mode()).isEqualTo(mode.text());
    List<String> before = sound.list("");
    String[] words = {
      "wal.commit: " + mode.text(), "wal.commit: " + other.text(), "pandion wal switch"
    };
    try (ObjectWalProvider provider = Providers.fast(sound, meta, other)) {
      fails(() -> provider.open("c", 2), Reason.INVALID_REQUEST, words);
      fails(() -> provider.open("another", 1), Reason.INVALID_REQUEST, words);
      fails(() -> provider.prepare("c"), Reason.INVALID_REQUEST, words);
      fails(() -> provider.remove("c"), Reason.INVALID_REQUEST, words);
    }
    assertThat(sound.list("")).isEqualTo(before);
    try (ObjectWalProvider provider = Providers.fast(sound, meta, mode)) {
      assertThat(Messages.read(provider.open("c", 1), 1)).hasSize(3);
    }
  }

  @Test
  void a_log_from_before_there_were_modes_is_kept_by_the_store() {
    MemoryObjectStore sound = new MemoryObjectStore();
    try (ObjectWalProvider provider = Providers.fast(sound, meta)) {
      append(provider.open("c", 1), 1, 3).join();
    }
    meta.commit(new MetaTransaction().delete("objectwal/commit"));
    try (ObjectWalProvider provider = Providers.named(sound, meta)) {
      fails(() -> provider.open("c", 2), Reason.INVALID_REQUEST, "wal.commit: store");
    }
    try (ObjectWalProvider provider = Providers.fast(sound, meta)) {
      assertThat(Messages.read(provider.open("c", 2), 1)).hasSize(3);
    }
    assertThat(mode()).isEqualTo("store");
  }

  @Test
  void the_mode_can_be_another_when_there_is_no_log_any_more() {
    MemoryObjectStore sound = new MemoryObjectStore();
    try (ObjectWalProvider store = Providers.fast(sound, meta)) {
      append(store.open("c", 1), 1, 3).join();
      store.remove("c");
      try (ObjectWalProvider named = Providers.named(sound, meta)) {
        append(named.open("c", 1), 1, 2).join();
        assertThat(mode()).isEqualTo("meta");
        // this one had looked when there was no log in the other mode
        fails(() -> store.open("c", 2), Reason.INVALID_REQUEST, "wal.commit: meta");
        fails(() -> store.open("d", 1), Reason.INVALID_REQUEST, "wal.commit: meta");
        assertThat(Messages.read(named.open("c", 2), 1)).hasSize(2);
      }
    }
  }

  @Test
  void a_bucket_that_overwrites_is_refused_and_the_way_out_named() {
    try (ObjectWalProvider provider = Providers.fast(objects, meta)) {
      fails(() -> provider.open("c", 1), Reason.UNSUPPORTED, "wal.commit: meta", "wal.type");
    }
    assertThat(mode()).isEqualTo("none");
    assertThat(meta.list("")).isEmpty();
  }

  @Test
  void a_bucket_that_overwrites_is_only_asked_whether_it_keeps_an_object() {
    try (ObjectWalProvider provider = Providers.named(counting, meta)) {
      provider.prepare("c");
      assertThat(counting.puts.sum()).isEqualTo(1);
      assertThat(objects.list("")).isEmpty();
    }
    ForwardingObjectStore forgetful =
        new ForwardingObjectStore(objects) {
          @Override
          public byte[] readAll(String name) {
            return new byte[1];
          }
        };
    try (ObjectWalProvider provider = Providers.named(forgetful, FileMetaStore.inMemory())) {
      fails(() -> provider.prepare("c"), Reason.UNSUPPORTED, "wal/probe/");
    }
  }

  @Test
  void each_object_costs_one_request_and_one_commit() {
    try (ObjectWalProvider provider = Providers.named(counting, meta)) {
      Wal wal = provider.open("c", 1);
      append(wal, 1, 1).join();
      counting.puts.reset();
      counting.others.reset();
      long before = meta.revision();
      for (int i = 0; i < 20; i++) {
        append(wal, 1, 5).join();
      }
      assertThat(counting.puts.sum()).isEqualTo(20);
      assertThat(counting.others.sum()).isZero();
      assertThat(meta.revision()).isEqualTo(before + 20);
    }
  }

  @Test
  void a_log_that_the_meta_store_has_lost_is_refused_and_not_begun_anew() {
    try (ObjectWalProvider provider = Providers.named(objects, meta)) {
      append(provider.open("c", 1), 1, 3).join();
    }
    FileMetaStore empty = FileMetaStore.inMemory();
    for (int i = 0; i < 2; i++) {
      try (ObjectWalProvider provider = Providers.named(objects, empty)) {
        fails(
            () -> provider.open("c", 1), Reason.CORRUPT_DATA, "wal/v1/", "restore the meta store");
      }
    }
    assertThat(empty.list("")).isEmpty();
  }

  @Test
  void a_last_object_that_was_lost_is_said_and_no_fence_takes_its_place() {
    // never closed: its stream is open
    ObjectWalProvider crashed = Providers.named(objects, meta);
    Wal wal = crashed.open("c", 1);
    append(wal, 1, 3).join();
    append(wal, 1, 3).join();
    String last = objects.list("wal/v1/").getLast();
    byte[] bytes = objects.readAll(last);
    objects.delete(last);
    try (ObjectWalProvider provider = Providers.named(objects, meta)) {
      fails(() -> provider.open("c", 2), Reason.CORRUPT_DATA, last, "restore it");
      objects.putIfAbsent(last, bytes);
      assertThat(Messages.read(provider.open("c", 2), 1)).hasSize(6);
    }
    crashed.close();
  }

  @Test
  void what_a_dead_writer_left_without_names_goes_with_its_stream() {
    try (ObjectWalProvider second = Providers.named(objects, meta)) {
      ObjectWalProvider dead = Providers.named(objects, meta);
      Wal wal = dead.open("c", 1);
      append(wal, 1, 3).join();
      String stream = objects.list("wal/v1/").getFirst();
      String folder = stream.substring(0, stream.lastIndexOf('/') + 1);
      // of slots that were under way when it died: the first is the fence's, the second behind it
      String first = stray(folder, 1);
      String behind = stray(folder, 2);
      Wal taken = second.open("c", 2);
      append(taken, 2, 1).join();
      assertThat(objects.list("wal/v1/")).contains(first, behind);
      taken.truncate(5);
      Eventually.holds(() -> objects.list(folder).size() == 1);
      assertThat(objects.size(objects.list(folder).getFirst())).isEqualTo(SlotFormat.EMPTY);
      assertThat(Messages.read(taken, 1)).hasSizeLessThanOrEqualTo(1);
      assertThatThrownBy(() -> append(wal, 1, 1).join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(PandionException.class);
      dead.close();
    }
  }

  private String stray(String folder, int slot) {
    String object = folder + "%020d.00000000000000ee.%x".formatted(slot, slot + 1);
    objects.putIfAbsent(object, new byte[SlotFormat.EMPTY + 1]);
    return object;
  }

  @Test
  void a_stray_object_is_no_lost_log() {
    try (ObjectWalProvider provider = Providers.named(objects, meta)) {
      append(provider.open("c", 1), 1, 3).join();
      provider.remove("c");
    }
    stray("wal/v1/00/0123456789abcdef0123456789abcdef/", 0);
    try (ObjectWalProvider provider = Providers.named(objects, meta)) {
      assertThat(provider.open("c", 1).nextLsn()).isEqualTo(1);
    }
  }

  @Test
  void a_fence_at_the_end_of_a_stream_that_was_closed_empty_may_get_its_name_yet() {
    WalMeta entries = new WalMeta(meta);
    StreamId stream = StreamId.random(new java.util.SplittableRandom(1));
    entries.change(
        "c",
        0,
        0,
        r -> r,
        Map.of(
            stream.text(),
            (_, node) -> StreamRecord.open(node).ended(StreamRecord.State.CLOSED, 0)));
    String fence = stray(stream.folder(), 0);
    String behind = stray(stream.folder(), 1);
    MetaNamedObjects named = new MetaNamedObjects(objects, meta, 1, new Collected(entries));
    new Strays(objects, named, entries).sweep(stream);
    assertThat(objects.list("wal/v1/")).containsExactly(fence).doesNotContain(behind);
    // somebody else's has the name now
    assertThat(named.putIfAbsent(stream.object(0), new byte[1])).isTrue();
    new Strays(objects, named, entries).sweep(stream);
    assertThat(objects.list("wal/v1/")).containsExactly(stream.object(0) + ".0000000000000001.1");
  }

  @Test
  void an_open_stream_keeps_what_has_no_name_yet() {
    try (ObjectWalProvider provider = Providers.named(objects, meta)) {
      Wal wal = provider.open("c", 1);
      append(wal, 1, 3).join();
      append(wal, 1, 3).join();
      String first = objects.list("wal/v1/").getFirst();
      String slow = stray(first.substring(0, first.lastIndexOf('/') + 1), 7);
      wal.truncate(7);
      Eventually.holds(() -> !objects.exists(first));
      assertThat(objects.exists(slow)).isTrue();
    }
  }

  @Test
  void a_mode_that_appears_with_the_first_channel_is_not_taken_for_none() {
    ObjectWalProvider[] faster = new ObjectWalProvider[1];
    MetaStore slow =
        new LossyMetaStore(meta) {
          @Override
          public List<MetaEntry> list(String prefix) {
            if (faster[0] == null) {
              faster[0] = Providers.named(objects, meta);
              append(faster[0].open("c", 1), 1, 1).join();
            }
            return super.list(prefix);
          }
        };
    try (ObjectWalProvider provider = Providers.named(objects, slow)) {
      assertThat(provider.open("c", 2).nextLsn()).isEqualTo(2);
    }
    faster[0].close();
  }
}
