package io.pandion.wal.objectstore;

import io.pandion.meta.FileMetaStore;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.s3.S3ObjectStore;
import io.pandion.storage.s3.S3Server;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.objectstore.ObjectWalSettings.Commit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Measures durable appends beside bare creates on the same store: a folder, and s3proxy. No test:
/// run it by its name, see `docs/benchmarks.md`; `-Dseconds=3` for each row, `-Dstores=file,s3`,
/// `-Dchannels=1,16`, `-Dbytes=100,1000`; `-Dcommit=STORE,META` measures both modes, on a meta
/// store that syncs each commit.
final class ObjectWalSpeed {
  private static final int[] CHANNELS = numbers("channels", "1,16");
  private static final int[] BODIES = numbers("bytes", "100,1000,10000,100000");
  private static final int BARE_WRITERS = 16;
  private static final long IDLE_NANOS = 10_000_000_000L;
  private static final List<Commit> COMMITS =
      Arrays.stream(System.getProperty("commit", "STORE").split(",")).map(Commit::valueOf).toList();

  /// Of S3 Standard in us-east-1: 0.005 USD for 1,000 requests (aws.amazon.com/s3/pricing).
  private static final double USD_PER_PUT = 0.005 / 1_000;

  /// What is measured.
  private record Ground(ObjectStore store, FileMetaStore meta, Commit commit) {
    ObjectWalProvider provider(ObjectStore counting) {
      return Providers.with(counting, meta, ObjectWalSettings.defaults().withCommit(commit));
    }
  }

  @TempDir private Path directory;

  private static int[] numbers(String property, String usual) {
    return Arrays.stream(System.getProperty(property, usual).split(","))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  @Test
  void beside_bare_creates() throws Exception {
    double seconds = Double.parseDouble(System.getProperty("seconds", "3"));
    String stores = System.getProperty("stores", "file,s3");
    if (stores.contains("file")) {
      for (Commit commit : COMMITS) {
        System.out.println("file:// " + commit);
        try (FileObjectStore files = new FileObjectStore(directory.resolve("files-" + commit));
            FileMetaStore meta = FileMetaStore.open(directory.resolve("files-meta-" + commit))) {
          all(new Ground(files, meta, commit), seconds);
        }
      }
    }
    if (stores.contains("s3")) {
      try (S3Server server = new S3Server(directory.resolve("s3"))) {
        server.bucket("wal");
        for (Commit commit : COMMITS) {
          System.out.println("s3proxy " + commit);
          try (S3ObjectStore s3 = new S3ObjectStore(server.settings("wal", "speed-" + commit));
              FileMetaStore meta = FileMetaStore.open(directory.resolve("s3-meta-" + commit))) {
            all(new Ground(s3, meta, commit), seconds);
          }
        }
      }
    }
  }

  private static void all(Ground ground, double seconds) throws Exception {
    measure(ground, 1, 1_000, Math.min(2, seconds), false);
    measure(ground, 16, 10_000, Math.min(2, seconds), false);
    System.out.println(
        "channels  bytes  appends/s    MB/s  p50 ms  p99 ms   PUTs  PUTs/s   USD/h  KB/PUT |"
            + " bare PUT MB/s  of it  commits/PUT");
    for (int channels : CHANNELS) {
      for (int body : BODIES) {
        measure(ground, channels, body, seconds, true);
      }
    }
    single(ground);
  }

  /// One append at a time: what a single client waits.
  private static void single(Ground ground) throws Exception {
    CountingObjectStore counting = new CountingObjectStore(ground.store);
    try (ObjectWalProvider provider = ground.provider(counting)) {
      Wal wal = provider.open("single", 1);
      counting.puts.reset();
      long[] nanos = new long[200];
      for (int i = 0; i < nanos.length; i++) {
        long start = System.nanoTime();
        wal.append(List.of(message(wal.nextLsn(), body(1_000, i)))).get();
        nanos[i] = System.nanoTime() - start;
      }
      Arrays.sort(nanos);
      System.out.printf(
          "one at a time, 1 KB: p50 %.1f ms, p99 %.1f ms, %d PUTs for %d appends%n",
          nanos[100] / 1e6, nanos[198] / 1e6, counting.puts.sum(), nanos.length);
      counting.puts.reset();
      counting.others.reset();
      LockSupport.parkNanos(IDLE_NANOS);
      System.out.printf(
          "idle for %d s: %d PUTs, %d other requests%n",
          IDLE_NANOS / 1_000_000_000, counting.puts.sum(), counting.others.sum());
    }
  }

  private static void measure(Ground ground, int channels, int bytes, double seconds, boolean print)
      throws Exception {
    CountingObjectStore counting = new CountingObjectStore(ground.store);
    Latencies latencies = new Latencies();
    AtomicLong appends = new AtomicLong();
    double took;
    long commits;
    try (ObjectWalProvider provider = ground.provider(counting);
        ExecutorService pool = Executors.newFixedThreadPool(channels)) {
      List<Wal> wals = new ArrayList<>();
      for (int c = 0; c < channels; c++) {
        wals.add(provider.open("speed-" + c, 1));
      }
      counting.puts.reset();
      counting.putBytes.reset();
      commits = ground.meta.revision();
      long start = System.nanoTime();
      long until = start + (long) (seconds * 1e9);
      List<Future<?>> writers = new ArrayList<>();
      for (Wal wal : wals) {
        writers.add(pool.submit(() -> write(wal, bytes, channels, until, latencies, appends)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      took = (System.nanoTime() - start) / 1e9;
      commits = ground.meta.revision() - commits;
    }
    if (!print) {
      return;
    }
    long puts = counting.puts.sum();
    double rate = appends.get() * (double) bytes / took / 1e6;
    int object = (int) Math.max(1, counting.putBytes.sum() / puts);
    double bare = bare(ground.store, object, seconds);
    if (counting.failures.sum() > 0) {
      System.out.println(counting.failures + " failures, the last: " + counting.lastFailure);
    }
    System.out.printf(
        "%8d %6d %10.0f %7.1f %7.1f %7.1f %6d %7.1f %7.3f %7.0f | %13.1f %4.0f %% %5.2f%n",
        channels,
        bytes,
        appends.get() / took,
        rate,
        latencies.at(0.5),
        latencies.at(0.99),
        puts,
        puts / took,
        puts / took * 3_600 * USD_PER_PUT,
        object / 1e3,
        bare,
        counting.putBytes.sum() / took / 1e6 / bare * 100,
        commits / (double) puts);
  }

  /// Appends as fast as the log takes them.
  private static void write(
      Wal wal, int bytes, int channels, long until, Latencies latencies, AtomicLong appends) {
    // what clients of one channel might have under way
    Semaphore under = new Semaphore(Math.max(4, Math.min(8_192, (48 << 20) / channels / bytes)));
    WalBody[] bodies = new WalBody[64];
    for (int i = 0; i < bodies.length; i++) {
      bodies[i] = body(bytes, i);
    }
    CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    while (System.nanoTime() < until) {
      under.acquireUninterruptibly();
      long lsn = wal.nextLsn();
      long start = System.nanoTime();
      last =
          wal.append(List.of(message(lsn, bodies[(int) (lsn % bodies.length)])))
              .thenRun(
                  () -> {
                    latencies.add(System.nanoTime() - start);
                    appends.incrementAndGet();
                    under.release();
                  });
    }
    last.join();
  }

  private static WalMessage message(long lsn, WalBody body) {
    return new WalMessage(lsn, 1, lsn, "v", body);
  }

  /// Bytes that do not compress.
  private static WalBody body(int bytes, long seed) {
    byte[] body = new byte[bytes];
    new Random(seed).nextBytes(body);
    return WalBody.ofBytes(body);
  }

  /// @return MB/s of creates of one size by as many writers as the log has in flight
  private static double bare(ObjectStore store, int bytes, double seconds) throws Exception {
    byte[] object = new byte[bytes];
    new Random(bytes).nextBytes(object);
    AtomicLong names = new AtomicLong(System.nanoTime());
    AtomicLong done = new AtomicLong();
    long start = System.nanoTime();
    long until = start + (long) (seconds * 1e9);
    String folder = "bare/" + names.get() + "/";
    try (ExecutorService pool = Executors.newFixedThreadPool(BARE_WRITERS)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < BARE_WRITERS; i++) {
        writers.add(
            pool.submit(
                () -> {
                  while (System.nanoTime() < until) {
                    String name = folder + names.incrementAndGet();
                    store.putIfAbsent(name, object);
                    done.incrementAndGet();
                  }
                }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    double took = (System.nanoTime() - start) / 1e9;
    store.list(folder).forEach(store::delete);
    return done.get() * (double) bytes / took / 1e6;
  }

  /// Latencies in a fixed space: enough of them, spread over the run.
  private static final class Latencies {
    private final long[] nanos = new long[1 << 20];
    private final AtomicLong count = new AtomicLong();

    void add(long one) {
      nanos[(int) (count.getAndIncrement() % nanos.length)] = one;
    }

    /// Milliseconds.
    double at(double part) {
      int filled = (int) Math.min(count.get(), nanos.length);
      long[] sorted = Arrays.copyOf(nanos, filled);
      Arrays.sort(sorted);
      return filled == 0 ? 0 : sorted[(int) (part * (filled - 1))] / 1e6;
    }
  }
}
