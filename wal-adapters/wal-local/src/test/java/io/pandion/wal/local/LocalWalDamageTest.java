package io.pandion.wal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.Wal;
import io.pandion.wal.WalMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damage to the files is found, or it is an interrupted write at the end.
class LocalWalDamageTest {
  @TempDir private Path directory;

  /// Two files and a third that is being written, as a crash leaves them: groups of two messages,
  /// the last group of three.
  private Path crashed(int preallocate) throws Exception {
    LocalWalSettings settings = new LocalWalSettings(450, 1 << 20, preallocate);
    Path crashed = directory.resolve("crashed");
    try (LocalWalProvider provider = new LocalWalProvider(directory.resolve("origin"), settings)) {
      Wal wal = provider.open(Logs.CHANNEL, 1);
      for (int i = 0; i < 6; i++) {
        wal.append(Logs.batch(1, wal.nextLsn(), 2)).join();
      }
      wal.append(Logs.batch(1, wal.nextLsn(), 3)).join();
      Logs.copy(directory.resolve("origin").resolve(Logs.CHANNEL), crashed);
    }
    assertThat(Logs.files(crashed)).hasSizeGreaterThanOrEqualTo(3);
    return crashed;
  }

  private static final List<String> ALL = Logs.texts(Logs.batch(1, 1, 15));

  /// Opens a damaged copy; @return the messages it has, after checking that they are the first ones
  private int opened(Path damagedRoot) {
    try (LocalWalProvider provider =
        new LocalWalProvider(
            damagedRoot, new LocalWalSettings(1 << 20, 1, 0), new FailingDisk().skipSyncs())) {
      Wal wal = provider.open(Logs.CHANNEL, 2);
      List<WalMessage> found = Logs.read(wal, 1);
      assertThat(Logs.texts(found)).isEqualTo(ALL.subList(0, found.size()));
      assertThat(wal.nextLsn()).isEqualTo(found.size() + 1);
      wal.append(Logs.batch(2, wal.nextLsn(), 1)).join();
      assertThat(Logs.read(wal, 1)).hasSize(found.size() + 1);
      return found.size();
    }
  }

  @Test
  void a_flipped_byte_is_corruption_or_cuts_off_the_last_group() throws Exception {
    for (int preallocate : new int[] {0, 1_000}) {
      Path crashed = crashed(preallocate);
      List<Path> files = Logs.files(crashed);
      int corrupt = 0;
      int cut = 0;
      for (Path file : files) {
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at < bytes.length; at++) {
          Path root = directory.resolve("damaged");
          Path log = root.resolve(Logs.CHANNEL);
          Logs.copy(crashed, log);
          byte[] flipped = bytes.clone();
          flipped[at] ^= (byte) (1 << at % 8);
          Files.write(log.resolve(String.valueOf(file.getFileName())), flipped);
          try {
            int found = opened(root);
            assertThat(file).as("byte " + at).isEqualTo(files.getLast());
            assertThat(found).as(file + " byte " + at).isBetween(12, 15);
            cut++;
          } catch (PandionException e) {
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.CORRUPT_DATA);
            corrupt++;
          }
          Logs.delete(log);
        }
      }
      assertThat(corrupt).isPositive();
      assertThat(cut).isPositive();
      Logs.delete(crashed);
      Logs.delete(directory.resolve("origin").resolve(Logs.CHANNEL));
    }
  }

  @Test
  void every_length_of_the_last_file_gives_whole_messages_or_corruption() throws Exception {
    Path crashed = crashed(0);
    Path last = Logs.files(crashed).getLast();
    byte[] bytes = Files.readAllBytes(last);
    int before = 15;
    for (int length = bytes.length; length >= 0; length--) {
      Path root = directory.resolve("damaged");
      Path log = root.resolve(Logs.CHANNEL);
      Logs.copy(crashed, log);
      Files.write(
          log.resolve(String.valueOf(last.getFileName())), java.util.Arrays.copyOf(bytes, length));
      try {
        int found = opened(root);
        assertThat(found).isLessThanOrEqualTo(before);
        before = found;
      } catch (PandionException e) {
        // The header is durable before the file has its name.
        assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA);
        assertThat(length).isLessThan(SegmentHeader.FIXED + 8);
      }
      Logs.delete(log);
    }
    assertThat(before).isLessThan(15);
  }

  @Test
  void a_shorter_file_before_the_last_is_corruption() throws Exception {
    Path crashed = crashed(0);
    Path first = Logs.files(crashed).getFirst();
    byte[] bytes = Files.readAllBytes(first);
    for (int length = 0; length < bytes.length; length++) {
      Path root = directory.resolve("damaged");
      Path log = root.resolve(Logs.CHANNEL);
      Logs.copy(crashed, log);
      Files.write(
          log.resolve(String.valueOf(first.getFileName())), java.util.Arrays.copyOf(bytes, length));
      assertCorrupt(root);
      Logs.delete(log);
    }
  }

  @Test
  void a_file_that_is_missing_in_the_middle_is_corruption() throws Exception {
    Path crashed = crashed(0);
    List<Path> files = Logs.files(crashed);
    Path log = directory.resolve("damaged").resolve(Logs.CHANNEL);
    Logs.copy(crashed, log);
    Files.delete(log.resolve(String.valueOf(files.get(1).getFileName())));
    assertCorrupt(directory.resolve("damaged"));
  }

  @Test
  void what_was_closed_in_good_order_cannot_be_cut_unnoticed() throws Exception {
    crashed(0);
    Path root = directory.resolve("origin");
    Path last = Logs.files(root.resolve(Logs.CHANNEL)).getLast();
    byte[] bytes = Files.readAllBytes(last);
    Files.write(last, java.util.Arrays.copyOf(bytes, bytes.length - 8));
    assertCorrupt(root);
    Files.delete(last);
    assertCorrupt(root);
    Files.write(last, bytes);
    assertThat(opened(root)).isEqualTo(15);
  }

  @Test
  void a_record_of_another_place_is_corruption() throws Exception {
    Path crashed = crashed(0);
    Path last = Logs.files(crashed).getLast();
    Path first = Logs.files(crashed).getFirst();
    Path log = directory.resolve("damaged").resolve(Logs.CHANNEL);
    Logs.copy(crashed, log);
    Files.copy(
        first,
        log.resolve(String.valueOf(last.getFileName())),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertCorrupt(directory.resolve("damaged"));
  }

  @Test
  void a_damaged_owner_is_read_from_its_twin_and_two_damaged_ones_are_corruption()
      throws Exception {
    crashed(0);
    Path root = directory.resolve("origin");
    Path owner = root.resolve(Logs.CHANNEL).resolve(OwnerFile.NAME);
    byte[] bytes = Files.readAllBytes(owner);
    for (int at = 0; at < 48; at++) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= 4;
      Files.write(owner, flipped);
      try (LocalWalProvider provider =
          new LocalWalProvider(root, LocalWalSettings.defaults(), new FailingDisk().skipSyncs())) {
        assertThatThrownBy(() -> provider.open(Logs.CHANNEL, 0))
            .isInstanceOfSatisfying(
                PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FENCED));
      }
      flipped[512 + at] ^= 4;
      Files.write(owner, flipped);
      assertCorrupt(root);
    }
    Files.delete(owner);
    assertCorrupt(root);
  }

  private static void assertCorrupt(Path root) {
    try (LocalWalProvider provider =
        new LocalWalProvider(root, LocalWalSettings.defaults(), new FailingDisk().skipSyncs())) {
      Wal wal = provider.open(Logs.CHANNEL, 2);
      List<WalMessage> found = Logs.read(wal, 1);
      fail("read " + found.size() + " messages of a damaged log");
    } catch (PandionException e) {
      assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.CORRUPT_DATA);
    }
  }
}
