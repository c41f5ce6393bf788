package io.pandion.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The file under SIGKILL and under many commits. `-Dpandion.crash.rounds=N` for more.
@Timeout(600)
class MvMetaStoreCrashTest {
  @TempDir private Path directory;

  @Test
  void acknowledged_commits_are_there_after_kill_9() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("pandion.crash.rounds", 4);
    System.out.println("-Dseed=" + seed);
    Random random = new Random(seed);
    Path file = directory.resolve("meta.mv");
    long before = 0;
    for (int round = 0; round < rounds; round++) {
      long acked = Math.max(before, killedAfter(random.nextInt(300), file));
      try (MvMetaStore store = MvMetaStore.open(file)) {
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
  private static void check(MvMetaStore store) {
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
  void a_power_failure_between_any_two_syncs_loses_no_acknowledged_commit() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("-Dseed=" + seed);
    Random random = new Random(seed);
    Path file = directory.resolve("meta.mv");
    Path torn = directory.resolve("torn.mv");
    List<byte[]> synced = new ArrayList<>();
    int older = 0;
    int newer = 0;
    try (MvMetaStore store = MvMetaStore.open(file, new WatchedFileStore(file, synced))) {
      for (int i = 0; i < 600; i++) {
        long next = store.revision() + 1;
        synced.clear();
        synced.add(Files.readAllBytes(file));
        store.commit(
            new MetaTransaction()
                .put(MetaCrashChild.key(next), MetaCrashChild.value(next))
                .put("last", MetaCrashChild.value(next)));
        for (int s = 1; s < synced.size() && next > 1; s++) {
          Files.write(torn, mixed(random, synced.get(s - 1), synced.get(s)));
          try (MvMetaStore reopened = MvMetaStore.open(torn)) {
            assertThat(reopened.revision()).isBetween(next - 1, next);
            check(reopened);
            older += reopened.revision() < next ? 1 : 0;
            newer += reopened.revision() == next ? 1 : 0;
          }
        }
      }
    }
    assertThat(older).isPositive();
    assertThat(newer).isPositive();
  }

  @Test
  void after_a_failed_sync_nothing_more_is_committed_and_nothing_is_lost() {
    Path file = directory.resolve("meta.mv");
    AtomicBoolean fails = new AtomicBoolean();
    OrderedFileStore blocks =
        new OrderedFileStore() {
          @Override
          public void sync() {
            if (fails.get()) {
              throw new MVStoreException(DataUtils.ERROR_WRITING_FAILED, "Input/output error");
            }
            super.sync();
          }
        };
    try (MvMetaStore store = MvMetaStore.open(file, blocks)) {
      assertThat(store.commit(new MetaTransaction().put("a", new byte[1]))).isTrue();
      fails.set(true);
      assertReason(store, PandionException.Reason.OUTCOME_UNKNOWN);
      fails.set(false);
      assertReason(store, PandionException.Reason.UNAVAILABLE_RETRY);
    }
    try (MvMetaStore store = MvMetaStore.open(file)) {
      assertThat(store.get("a")).isPresent();
      assertThat(store.revision()).isBetween(1L, 2L);
    }
  }

  private static void assertReason(MvMetaStore store, PandionException.Reason reason) {
    assertThatThrownBy(() -> store.commit(new MetaTransaction().put("b", new byte[9_000])))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  /// Copies the file at every sync.
  private static final class WatchedFileStore extends OrderedFileStore {
    private final Path file;
    private final List<byte[]> synced;

    WatchedFileStore(Path file, List<byte[]> synced) {
      this.file = file;
      this.synced = synced;
    }

    @Override
    public void sync() {
      try {
        synced.add(Files.readAllBytes(file));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// A file of which some blocks of 4096 bytes have been written since a sync and others not yet.
  private static byte[] mixed(Random random, byte[] before, byte[] after) {
    byte[] out = Arrays.copyOf(before, random.nextBoolean() ? after.length : before.length);
    for (int at = 0; at < Math.min(out.length, after.length); at += 4096) {
      if (random.nextBoolean()) {
        int end = Math.min(at + 4096, Math.min(out.length, after.length));
        System.arraycopy(after, at, out, at, end - at);
      }
    }
    return out;
  }

  @Test
  void the_file_stays_small_and_no_thread_runs_in_the_background() throws Exception {
    Path file = directory.resolve("meta.mv");
    Random random = new Random(5);
    try (MvMetaStore store = MvMetaStore.open(file)) {
      for (int i = 0; i < 3_000; i++) {
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
    try (MvMetaStore store = MvMetaStore.open(directory.resolve("meta.mv"));
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
