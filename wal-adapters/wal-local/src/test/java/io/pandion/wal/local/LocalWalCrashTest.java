package io.pandion.wal.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.wal.Wal;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process dies by SIGKILL at a random moment, is fenced by another, or meets a file size limit:
/// what it was told is durable is there, once and in order. `-Dpandion.crash.rounds=N` for more.
@Timeout(600)
class LocalWalCrashTest {
  @TempDir private Path directory;

  @Test
  void what_was_acknowledged_is_there_after_kill_9() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("pandion.crash.rounds", 4);
    System.out.println("-Dseed=" + seed);
    Random random = new Random(seed);
    long end = 1;
    for (int round = 1; round <= rounds; round++) {
      Child child = new Child(round, 50_000 + random.nextInt(400_000), List.of());
      int lines = random.nextInt(random.nextInt(10) == 0 ? 2 : 3_000);
      for (int i = 0; i < lines; i++) {
        child.line();
      }
      child.process.toHandle().destroyForcibly();
      child.drain();
      end = check(round, Math.max(child.acked, end - 1), end);
    }
    assertThat(end).isGreaterThan(1);
  }

  @Test
  void another_process_is_fenced_while_it_writes() throws Exception {
    Child child = new Child(1, 200_000, List.of());
    for (int i = 0; i < 500; i++) {
      child.line();
    }
    try (LocalWalProvider provider = new LocalWalProvider(directory, LocalWalSettings.defaults())) {
      Wal wal = provider.open(Logs.CHANNEL, 2);
      long mine = wal.nextLsn();
      wal.append(Logs.batch(2, mine, 3)).join();
      child.drain();
      assertThat(child.last).isEqualTo("failed FENCED");
      assertThat(child.acked).isPositive().isLessThan(mine);
      wal.append(Logs.batch(2, mine + 3, 3)).join();
      List<WalMessage> all = Logs.read(wal, 1);
      assertThat(all).hasSize((int) mine + 5);
      for (WalMessage m : all) {
        assertThat(Logs.text(m))
            .isEqualTo(Logs.text(Logs.message(m.lsn() < mine ? 1 : 2, m.lsn())));
      }
    } finally {
      child.process.destroyForcibly();
    }
  }

  @Test
  void a_write_that_the_system_refuses_stops_the_log_and_loses_nothing() throws Exception {
    Child child = new Child(1, 1 << 30, List.of("sh", "-c", "ulimit -f 2000; exec \"$@\"", "sh"));
    child.drain();
    assertThat(child.last).isEqualTo("failed OUTCOME_UNKNOWN");
    assertThat(child.acked).isPositive();
    check(1, child.acked, 1);
  }

  /// Opens and reads the log: @return its next lsn
  private long check(long term, long acked, long endBefore) {
    try (LocalWalProvider provider = new LocalWalProvider(directory, LocalWalSettings.defaults())) {
      Wal wal = provider.open(Logs.CHANNEL, term);
      long next = 1;
      long lastTerm = 0;
      try (WalReader reader = wal.read(1)) {
        for (WalMessage m = reader.next(); m != null; m = reader.next()) {
          assertThat(m.lsn()).isEqualTo(next);
          assertThat(m.term()).isBetween(lastTerm, term);
          assertThat(m.lsn() < endBefore).isEqualTo(m.term() < term);
          lastTerm = m.term();
          assertThat(Logs.text(m)).isEqualTo(Logs.text(Logs.message(m.term(), next)));
          next++;
        }
      }
      assertThat(next).isEqualTo(wal.nextLsn()).isGreaterThan(acked);
      return next;
    }
  }

  /// The other process.
  private final class Child {
    final Process process;
    private final BufferedReader out;
    long acked;
    String last = "";

    Child(long term, long segmentBytes, List<String> before) throws IOException {
      List<String> command = new ArrayList<>(before);
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp"));
      command.add(System.getProperty("java.class.path"));
      command.addAll(
          List.of(
              CrashChild.class.getName(),
              directory.toString(),
              Long.toString(term),
              Long.toString(segmentBytes)));
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /// @return false at the end
    boolean line() throws IOException {
      String line = out.readLine();
      if (line == null) {
        return false;
      }
      last = line;
      if (line.startsWith("acked ")) {
        long lsn = Long.parseLong(line.substring("acked ".length()));
        assertThat(lsn).isGreaterThan(acked);
        acked = lsn;
      }
      return true;
    }

    void drain() throws Exception {
      while (line()) {}
      process.waitFor();
    }
  }
}
