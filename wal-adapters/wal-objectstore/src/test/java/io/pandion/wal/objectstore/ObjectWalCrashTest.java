package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.storage.s3.S3Server;
import io.pandion.wal.Wal;
import io.pandion.wal.WalMessage;
import io.pandion.wal.objectstore.ObjectWalSettings.Commit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An owner in a process of its own dies by SIGKILL, or stops by SIGSTOP, is replaced, and goes on.
/// `-Dpandion.crash.rounds=N` for more.
@Timeout(600)
class ObjectWalCrashTest {
  @TempDir private static Path directory;
  private static S3Server server;

  @BeforeAll
  static void start() throws IOException {
    server = new S3Server(directory.resolve("s3"));
    server.bucket("wal");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "s3", "named file", "named s3"})
  void what_was_acknowledged_is_there_after_kill_9(String kind) throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("pandion.crash.rounds", 4);
    System.out.println("-Dseed=" + seed);
    Random random = new Random(seed);
    try (SharedMeta meta = new SharedMeta()) {
      Map<String, Long> ends = new HashMap<>();
      for (int round = 1; round <= rounds; round++) {
        Child child = new Child(kind, "kill", meta.port(), round);
        int lines = random.nextInt(1_500);
        for (int i = 0; i < lines; i++) {
          child.line();
        }
        child.process.toHandle().destroyForcibly();
        child.drain();
        try (ObjectWalProvider provider =
            CrashChild.provider(where(kind, "kill"), meta.store, commit(kind))) {
          for (String channel : CrashChild.CHANNELS) {
            Wal wal = provider.open(channel, round);
            long end = check(wal, "child");
            assertThat(end).isGreaterThan(child.acked(channel));
            assertThat(end).isGreaterThanOrEqualTo(ends.getOrDefault(channel, 1L));
            ends.put(channel, end);
          }
        }
      }
      System.out.println(kind + ": ends " + ends);
      assertThat(ends.get("c-0")).isGreaterThan(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "s3", "named file", "named s3"})
  void an_owner_that_was_stopped_and_replaced_acknowledges_and_shows_nothing_late(String kind)
      throws Exception {
    try (SharedMeta meta = new SharedMeta();
        ObjectWalProvider provider =
            CrashChild.provider(where(kind, "stop"), meta.store, commit(kind))) {
      Child child = new Child(kind, "stop", meta.port(), 1);
      try {
        while (child.acked("c-0") < 200 || child.acked("c-1") < 200) {
          assertThat(child.line()).isTrue();
        }
        signal(child, "STOP");
        Wal wal = provider.open("c-0", 2);
        long end = wal.nextLsn();
        wal.append(Messages.batch(2, end, 3, "new")).join();
        signal(child, "CONT");
        while (!child.failed.containsKey("c-0")) {
          assertThat(child.line()).isTrue();
        }
        assertThat(child.failed.get("c-0")).isEqualTo("FENCED");
        assertThat(child.acked("c-0")).isBetween(200L, end - 1);
        // the other channel goes on in a new stream
        long other = child.acked("c-1");
        while (child.acked("c-1") < other + 200) {
          assertThat(child.line()).isTrue();
        }
        wal.append(Messages.batch(2, end + 3, 3, "new")).join();
        List<WalMessage> log = Messages.read(wal, 1);
        assertThat(log).hasSize((int) end + 5);
        for (WalMessage m : log) {
          String writer = m.lsn() < end ? "child" : "new";
          assertThat(Messages.text(m))
              .isEqualTo(Messages.text(Messages.message(m.lsn() < end ? 1 : 2, m.lsn(), writer)));
        }
        Wal second = provider.open("c-1", 2);
        long secondEnd = second.nextLsn();
        while (!child.failed.containsKey("c-1")) {
          assertThat(child.line()).isTrue();
        }
        assertThat(child.failed.get("c-1")).isEqualTo("FENCED");
        assertThat(child.acked("c-1")).isLessThan(secondEnd);
        assertThat(check(second, "child")).isEqualTo(secondEnd);
      } finally {
        child.process.toHandle().destroyForcibly();
      }
    }
  }

  private static String where(String kind, String test) {
    String name = (kind + "-" + test).replace(' ', '-');
    return kind.endsWith("s3")
        ? server.endpoint().resolve("/" + name).toString()
        : directory.resolve(name).toString();
  }

  /// Those that the meta store names lie in a store that overwrites.
  private static Commit commit(String kind) {
    return kind.startsWith("named") ? Commit.META : Commit.STORE;
  }

  private static void signal(Child child, String signal) throws Exception {
    int status =
        new ProcessBuilder("kill", "-" + signal, Long.toString(child.process.pid()))
            .start()
            .waitFor();
    assertThat(status).isZero();
  }

  /// @return the lsn behind the last one
  private static long check(Wal wal, String writer) {
    long next = 1;
    for (WalMessage m : Messages.read(wal, 1)) {
      assertThat(m.lsn()).isEqualTo(next);
      assertThat(Messages.text(m))
          .isEqualTo(Messages.text(Messages.message(m.term(), next, writer)));
      next++;
    }
    assertThat(next).isEqualTo(wal.nextLsn());
    return next;
  }

  /// The other process.
  private static final class Child {
    final Process process;
    final Map<String, String> failed = new HashMap<>();
    private final Map<String, Long> acked = new HashMap<>();
    private final BufferedReader out;

    Child(String kind, String test, int metaPort, long term) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-Xmx192m",
                  "-XX:+UseSerialGC",
                  "-XX:-UsePerfData",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CrashChild.class.getName(),
                  where(kind, test),
                  Integer.toString(metaPort),
                  Long.toString(term),
                  commit(kind).name())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    long acked(String channel) {
      return acked.getOrDefault(channel, 0L);
    }

    /// @return false at the end
    boolean line() throws IOException {
      String line = out.readLine();
      if (line == null) {
        return false;
      }
      List<String> words = List.of(line.split(" "));
      if (words.getFirst().equals("acked")) {
        long lsn = Long.parseLong(words.get(2));
        assertThat(lsn).isGreaterThan(acked(words.get(1)));
        acked.put(words.get(1), lsn);
      } else {
        failed.put(words.get(1), words.get(2));
      }
      return true;
    }

    void drain() throws Exception {
      while (line()) {}
      process.waitFor();
    }
  }
}
