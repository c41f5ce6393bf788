package io.pandion.wal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Disks that fail, and what only this adapter promises.
@Timeout(60)
class LocalWalFailureTest {
  @TempDir private Path directory;

  @Test
  void a_full_disk_fails_the_batch_and_all_later_ones_and_loses_nothing() {
    for (boolean syncFails : new boolean[] {false, true}) {
      Path root = directory.resolve("sync-" + syncFails);
      FailingDisk disk = new FailingDisk();
      LocalWalProvider provider = new LocalWalProvider(root, LocalWalSettings.defaults(), disk);
      Wal wal = provider.open(Logs.CHANNEL, 1);
      wal.append(Logs.batch(1, 1, 3)).join();
      if (syncFails) {
        disk.failSyncs();
      } else {
        disk.fillAfter(150);
      }
      assertThat(reason(wal.append(Logs.batch(1, 4, 5)))).isEqualTo(Reason.OUTCOME_UNKNOWN);
      disk.repair();
      assertThat(reason(wal.append(Logs.batch(1, 9, 1)))).isEqualTo(Reason.UNAVAILABLE_RETRY);
      assertThat(Logs.texts(Logs.read(wal, 1))).isEqualTo(Logs.texts(Logs.batch(1, 1, 3)));
      provider.close();
      try (LocalWalProvider again = new LocalWalProvider(root, LocalWalSettings.defaults())) {
        Wal reopened = again.open(Logs.CHANNEL, 1);
        List<WalMessage> found = Logs.read(reopened, 1);
        assertThat(found).hasSizeBetween(3, 8);
        assertThat(Logs.texts(found)).isEqualTo(Logs.texts(Logs.batch(1, 1, found.size())));
        reopened.append(Logs.batch(1, reopened.nextLsn(), 1)).join();
      }
    }
  }

  @Test
  void batches_that_waited_behind_a_failure_were_not_written() {
    FailingDisk disk = new FailingDisk();
    try (LocalWalProvider provider =
        new LocalWalProvider(directory, new LocalWalSettings(1 << 20, 1, 0), disk)) {
      Wal wal = provider.open(Logs.CHANNEL, 1);
      disk.holdSyncs();
      CompletableFuture<Void> first = wal.append(Logs.batch(1, 1, 1));
      disk.awaitHeldSync();
      disk.failSyncs();
      CompletableFuture<Void> unknown = wal.append(Logs.batch(1, 2, 1));
      CompletableFuture<Void> waited = wal.append(Logs.batch(1, 3, 1));
      disk.releaseSyncs();
      first.join();
      assertThat(reason(unknown)).isEqualTo(Reason.OUTCOME_UNKNOWN);
      assertThat(reason(waited)).isEqualTo(Reason.UNAVAILABLE_RETRY);
    }
  }

  @Test
  void one_sync_serves_all_batches_that_wait() {
    FailingDisk disk = new FailingDisk();
    try (LocalWalProvider provider =
        new LocalWalProvider(directory, LocalWalSettings.defaults(), disk)) {
      Wal wal = provider.open(Logs.CHANNEL, 1);
      disk.holdSyncs();
      CompletableFuture<Void> first = wal.append(Logs.batch(1, 1, 1));
      disk.awaitHeldSync();
      List<CompletableFuture<Void>> more = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        more.add(wal.append(Logs.batch(1, wal.nextLsn(), 2)));
      }
      int before = disk.syncs();
      disk.releaseSyncs();
      first.join();
      more.forEach(CompletableFuture::join);
      assertThat(disk.syncs() - before).isEqualTo(1);
    }
  }

  @Test
  void appends_wait_while_the_disk_stands_still_and_go_on_with_it() throws Exception {
    FailingDisk disk = new FailingDisk();
    try (LocalWalProvider provider =
        new LocalWalProvider(directory, LocalWalSettings.defaults(), disk)) {
      Wal wal = provider.open(Logs.CHANNEL, 1);
      disk.holdSyncs();
      List<CompletableFuture<Void>> appends = Collections.synchronizedList(new ArrayList<>());
      WalBody body = WalBody.ofBytes(new byte[1 << 20]);
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int lsn = 1; lsn <= 100; lsn++) {
                      appends.add(wal.append(List.of(new WalMessage(lsn, 1, lsn, "v", body))));
                    }
                  });
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (writer.getState() != Thread.State.WAITING && System.nanoTime() < deadline) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(appends).hasSizeBetween(62, 64);
      assertThat(appends).noneMatch(CompletableFuture::isDone);
      disk.releaseSyncs();
      writer.join();
      assertThat(appends).hasSize(100);
      appends.forEach(CompletableFuture::join);
      assertThat(Logs.count(wal)).isEqualTo(100);
    }
  }

  @Test
  void an_opening_of_the_same_term_fences_the_earlier_one() {
    try (LocalWalProvider one = new LocalWalProvider(directory, LocalWalSettings.defaults());
        LocalWalProvider two = new LocalWalProvider(directory, LocalWalSettings.defaults())) {
      Wal old = one.open(Logs.CHANNEL, 3);
      old.append(Logs.batch(3, 1, 2)).join();
      Wal young = two.open(Logs.CHANNEL, 3);
      assertThat(reason(old.append(Logs.batch(3, 3, 1)))).isEqualTo(Reason.FENCED);
      young.append(Logs.batch(3, 3, 1)).join();
      assertThat(Logs.read(young, 1)).hasSize(3);
    }
  }

  @Test
  void a_tick_that_does_not_rise_or_another_term_is_refused() {
    try (LocalWalProvider provider = new LocalWalProvider(directory, LocalWalSettings.defaults())) {
      Wal wal = provider.open(Logs.CHANNEL, 1);
      wal.append(Logs.batch(1, 1, 2)).join();
      WalBody body = WalBody.ofBytes(new byte[1]);
      assertThatThrownBy(() -> wal.append(List.of(new WalMessage(3, 1, 20, "", body))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("last tick is 20");
      assertThatThrownBy(() -> wal.append(List.of(new WalMessage(3, 2, 30, "", body))))
          .isInstanceOf(IllegalArgumentException.class);
      wal.append(Logs.batch(1, 3, 1)).join();
      assertThat(Logs.read(wal, 1)).hasSize(3);
    }
  }

  @Test
  void truncation_removes_whole_files_but_not_under_a_reader() throws Exception {
    try (LocalWalProvider provider =
        new LocalWalProvider(directory, new LocalWalSettings(300, 1, 0))) {
      Wal wal = provider.open(Logs.CHANNEL, 1);
      for (int i = 0; i < 40; i++) {
        wal.append(Logs.batch(1, wal.nextLsn(), 1)).join();
      }
      Path log = directory.resolve(Logs.CHANNEL);
      int files = Logs.files(log).size();
      assertThat(files).isGreaterThan(5);
      try (WalReader reader = wal.read(1)) {
        wal.truncate(wal.nextLsn());
        wal.append(Logs.batch(1, wal.nextLsn(), 1)).join();
        for (long lsn = 1; lsn <= 40; lsn++) {
          WalMessage m = reader.next();
          assertThat(m == null ? -1 : m.lsn()).isEqualTo(lsn);
        }
        assertThat(reader.next()).isNull();
      }
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (Logs.files(log).size() > 2 && System.nanoTime() < deadline) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(Logs.files(log)).hasSizeLessThanOrEqualTo(2);
      assertThat(Logs.read(wal, 1).getLast().lsn()).isEqualTo(41);
    }
  }

  @Test
  void names_of_channels_and_negative_terms_are_refused() {
    try (LocalWalProvider provider = new LocalWalProvider(directory, LocalWalSettings.defaults())) {
      for (String name : List.of("", "..", "a/b", "ü", "x".repeat(201))) {
        assertThatThrownBy(() -> provider.open(name, 1))
            .isInstanceOfSatisfying(
                PandionException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_REQUEST));
      }
      assertThatThrownBy(() -> provider.open(Logs.CHANNEL, -1))
          .isInstanceOf(PandionException.class);
    }
  }

  private static Reason reason(CompletableFuture<Void> append) {
    try {
      append.join();
      throw new AssertionError("it was acknowledged");
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(PandionException.class);
      return e.getCause() instanceof PandionException p ? p.reason() : Reason.INTERNAL;
    }
  }
}
