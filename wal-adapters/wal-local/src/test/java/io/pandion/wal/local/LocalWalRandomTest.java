package io.pandion.wal.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.wal.MemoryWalProvider;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random appends, reads, truncations and reopenings, against the twin in memory.
class LocalWalRandomTest {
  @TempDir private Path directory;

  @Test
  void the_log_says_what_the_twin_says() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("-Dseed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 12; round++) {
      play(random, directory.resolve("round-" + round));
    }
  }

  private static void play(Random random, Path root) {
    MemoryWalProvider twins = new MemoryWalProvider();
    LocalWalSettings settings =
        new LocalWalSettings(
            1 + random.nextInt(20_000), 1 + random.nextInt(5_000), random.nextInt(3) * 4_000);
    LocalWalProvider provider = new LocalWalProvider(root, settings);
    long term = 1;
    Wal wal = provider.open(Logs.CHANNEL, term);
    Wal twin = twins.open(Logs.CHANNEL, term);
    List<CompletableFuture<Void>> flying = new ArrayList<>();
    long tick = 0;
    long truncated = 1;
    for (int step = 0; step < 150; step++) {
      switch (random.nextInt(12)) {
        case 0 -> {
          term += random.nextInt(2);
          if (random.nextBoolean()) {
            wal.close();
            provider.close();
            provider = new LocalWalProvider(root, settings);
          } else {
            CompletableFuture.allOf(flying.toArray(CompletableFuture[]::new)).join();
          }
          wal = provider.open(Logs.CHANNEL, term);
          twin = twins.open(Logs.CHANNEL, term);
        }
        case 1 -> {
          truncated = Math.max(truncated, 1 + random.nextLong(twin.nextLsn()));
          wal.truncate(truncated);
        }
        case 2, 3 -> {
          CompletableFuture.allOf(flying.toArray(CompletableFuture[]::new)).join();
          flying.clear();
          long from = truncated + random.nextLong(twin.nextLsn() - truncated + 1);
          assertThat(Logs.texts(Logs.read(wal, from))).isEqualTo(Logs.texts(Logs.read(twin, from)));
        }
        default -> {
          List<WalMessage> batch = new ArrayList<>();
          int count = random.nextInt(6);
          for (int i = 0; i < count; i++) {
            byte[] body =
                new byte[random.nextInt(20) == 0 ? random.nextInt(600_000) : random.nextInt(300)];
            random.nextBytes(body);
            tick += 1 + random.nextInt(5);
            batch.add(
                new WalMessage(
                    wal.nextLsn() + i,
                    term,
                    tick,
                    "v".repeat(random.nextInt(9)),
                    WalBody.ofBytes(body)));
          }
          flying.add(wal.append(batch));
          twin.append(batch).join();
        }
      }
      assertThat(wal.nextLsn()).isEqualTo(twin.nextLsn());
      assertThat(wal.lastTick()).isEqualTo(twin.lastTick());
    }
    provider.close();
    flying.forEach(CompletableFuture::join);
  }
}
