package io.pandion.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The file under SIGKILL and under many commits. `-Dpandion.crash.rounds=N` for more.
@Timeout(600)
class FileMetaStoreCrashTest {
  @TempDir private Path directory;

  @Test
  void acknowledged_commits_are_there_after_kill_9() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("pandion.crash.rounds", 4);
    System.out.println("-Dseed=" + seed);
    Random random = new Random(seed);
    Path file = directory.resolve("meta.log");
    long before = 0;
    for (int round = 0; round < rounds; round++) {
      long acked = Math.max(before, killedAfter(random.nextInt(300), file));
      try (FileMetaStore store = FileMetaStore.open(file)) {
        // One commit may have been under way.
        assertThat(store.revision()).isBetween(acked, acked + 1);
        before = store.revision();
        check(store);
      }
    }
    assertThat(before).isPositive();
  }

  /// Runs a process until it has told so many commits: @return the last it told
  private static long killedAfter(int commits, Path file) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                MetaCrashChild.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long acked = 0;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int lines = 0;
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        acked = Long.parseLong(line);
        if (++lines == commits + 1) {
          process.toHandle().destroyForcibly();
        }
      }
    }
    process.waitFor();
    return acked;
  }

  /// The store is exactly what the commits up to its revision made.
  private static void check(FileMetaStore store) {
    long revision = store.revision();
    MetaEntry last = store.get("last").orElseThrow();
    assertThat(last.revision()).isEqualTo(revision);
    assertThat(last.value()).isEqualTo(MetaCrashChild.value(revision));
    int found = 0;
    for (long r = revision; r > Math.max(0, revision - MetaCrashChild.KEYS); r--) {
      MetaEntry entry = store.get(MetaCrashChild.key(r)).orElseThrow();
      assertThat(entry.revision()).isEqualTo(r);
      assertThat(entry.value()).isEqualTo(MetaCrashChild.value(r));
      found++;
    }
    assertThat(store.list("key/")).hasSize(found);
  }

  @Test
  void a_power_failure_during_a_commit_loses_no_acknowledged_one() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("-Dseed=" + seed);
    Random random = new Random(seed);
    Path file = directory.resolve("meta.log");
    Path torn = directory.resolve("torn.log");
    int older = 0;
    int newer = 0;
    try (FileMetaStore store = FileMetaStore.open(file)) {
      commit(store, 1);
      for (int i = 0; i < 300; i++) {
        byte[] before = Files.readAllBytes(file);
        long next = store.revision() + 1;
        commit(store, next);
        Files.write(torn, mixed(random, before, Files.readAllBytes(file)));
        try (FileMetaStore reopened = FileMetaStore.open(torn)) {
          assertThat(reopened.revision()).isBetween(next - 1, next);
          check(reopened);
          older += reopened.revision() < next ? 1 : 0;
          newer += reopened.revision() == next ? 1 : 0;
        }
      }
    }
    assertThat(older).isPositive();
    assertThat(newer).isPositive();
  }

  private static void commit(FileMetaStore store, long next) {
    store.commit(
        new MetaTransaction()
            .put(MetaCrashChild.key(next), MetaCrashChild.value(next))
            .put("last", MetaCrashChild.value(next)));
  }

  /// A file of which some sectors of 64 bytes have been written and others not yet.
  private static byte[] mixed(Random random, byte[] before, byte[] after) {
    byte[] out = Arrays.copyOf(before, random.nextBoolean() ? after.length : before.length);
    int missing = random.nextInt(3);
    for (int at = before.length; at < out.length; at += 64) {
      if (random.nextInt(4) >= missing) {
        int end = Math.min(at + 64, out.length);
        System.arraycopy(after, at, out, at, end - at);
      }
    }
    return out;
  }

  @Test
  void a_flipped_byte_is_corruption_or_takes_the_last_commit_away() throws Exception {
    Path file = directory.resolve("meta.log");
    Path damaged = directory.resolve("damaged.log");
    try (FileMetaStore store = FileMetaStore.open(file)) {
      for (int i = 1; i <= 3; i++) {
        store.commit(new MetaTransaction().put("key" + i, new byte[i]).delete("key" + (i - 2)));
      }
    }
    FileMetaStore.open(file).close();
    try (FileMetaStore store = FileMetaStore.open(file)) {
      for (int i = 4; i <= 6; i++) {
        store.commit(new MetaTransaction().put("key" + i, new byte[i]).delete("key" + (i - 2)));
      }
      byte[] bytes = Files.readAllBytes(file);
      int corrupt = 0;
      for (int at = 0; at < bytes.length; at++) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << at % 8);
        Files.write(damaged, flipped);
        try (FileMetaStore reopened = FileMetaStore.open(damaged)) {
          assertThat(reopened.revision()).as("byte " + at).isEqualTo(5);
          assertThat(reopened.list("")).extracting(MetaEntry::key).containsExactly("key4", "key5");
        } catch (PandionException e) {
          assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA);
          corrupt++;
        }
      }
      assertThat(corrupt).isBetween(bytes.length / 2, bytes.length - 40);
    }
  }

  @Test
  void an_interrupted_thread_commits_and_others_go_on() {
    Path file = directory.resolve("meta.log");
    try (FileMetaStore store = FileMetaStore.open(file)) {
      Thread.currentThread().interrupt();
      commit(store, 1);
      assertThat(Thread.interrupted()).isTrue();
      commit(store, 2);
    }
    try (FileMetaStore store = FileMetaStore.open(file)) {
      assertThat(store.revision()).isEqualTo(2);
      check(store);
    }
  }

  @Test
  void after_a_failed_sync_nothing_more_is_committed_and_nothing_is_lost() {
    Path file = directory.resolve("meta.log");
    AtomicBoolean fails = new AtomicBoolean();
    MetaLog log =
        new MetaLog(file) {
          @Override
          void force(RandomAccessFile written) throws IOException {
            if (fails.get()) {
              throw new IOException("Input/output error");
            }
            super.force(written);
          }
        };
    try (FileMetaStore store = FileMetaStore.open(file, log)) {
      assertThat(store.commit(new MetaTransaction().put("a", new byte[1]))).isTrue();
      fails.set(true);
      assertReason(store, PandionException.Reason.OUTCOME_UNKNOWN);
      fails.set(false);
      assertReason(store, PandionException.Reason.UNAVAILABLE_RETRY);
      assertThat(store.get("b")).isEmpty();
      assertThat(store.revision()).isEqualTo(1);
    }
    try (FileMetaStore store = FileMetaStore.open(file)) {
      assertThat(store.get("a")).isPresent();
      assertThat(store.revision()).isBetween(1L, 2L);
    }
  }

  private static void assertReason(FileMetaStore store, PandionException.Reason reason) {
    assertThatThrownBy(() -> store.commit(new MetaTransaction().put("b", new byte[9_000])))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void the_file_stays_small_and_no_thread_runs_in_the_background() throws Exception {
    Path file = directory.resolve("meta.log");
    Random random = new Random(5);
    try (FileMetaStore store = FileMetaStore.open(file)) {
      for (int i = 0; i < 30_000; i++) {
        store.commit(
            new MetaTransaction()
                .put("segment/" + random.nextInt(2_000), new byte[300])
                .put("tick", new byte[8]));
      }
      assertThat(Files.size(file)).isLessThan(16L << 20);
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .noneMatch(name -> name.startsWith("MVStore"));
    }
  }

  @Test
  void a_list_is_whole_while_others_commit() throws Exception {
    try (FileMetaStore store = FileMetaStore.open(directory.resolve("meta.log"));
        ExecutorService pool = Executors.newSingleThreadExecutor()) {
      MetaTransaction all = new MetaTransaction();
      for (int i = 0; i < 3_000; i++) {
        all.put("k/" + i, new byte[200]);
      }
      store.commit(all);
      AtomicBoolean done = new AtomicBoolean();
      Future<Integer> lists =
          pool.submit(
              () -> {
                int count = 0;
                do {
                  List<MetaEntry> found = store.list("k/");
                  assertThat(found).hasSize(3_000);
                  count++;
                } while (!done.get());
                return count;
              });
      try {
        for (int i = 0; i < 600; i++) {
          store.commit(new MetaTransaction().put("k/" + i * 7 % 3_000, new byte[200 + i]));
        }
      } finally {
        done.set(true);
      }
      assertThat(lists.get()).isPositive();
    }
  }
}
