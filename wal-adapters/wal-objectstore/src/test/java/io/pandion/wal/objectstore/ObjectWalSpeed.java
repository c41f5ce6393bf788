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
import java.nio.file.Files;
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

/// Measures durable appends beside bare creates on the same store: `java …
/// io.pandion.wal.objectstore.ObjectWalSpeed [seconds [directory [file|s3]]]`, in the module's
/// folder. `-Dcommit=STORE,META` measures both modes, on a meta store that syncs each commit.
final class ObjectWalSpeed {
  private static final int[] CHANNELS = numbers("channels", "1,16");
  private static final int[] BODIES = numbers("bytes", "100,1000,10000,100000");
  private static final int BARE_WRITERS = 16;
  private static final List<Commit> COMMITS =
      Arrays.stream(System.getProperty("commit", "STORE").split(",")).map(Commit::valueOf).toList();

  private final ObjectStore store;
  private final FileMetaStore meta;
  private final ObjectWalSettings settings;

  private ObjectWalSpeed(ObjectStore store, FileMetaStore meta, Commit commit) {
    this.store = store;
    this.meta = meta;
    this.settings = ObjectWalSettings.defaults().withCommit(commit);
  }

  private static int[] numbers(String property, String usual) {
    return Arrays.stream(System.getProperty(property, usual).split(","))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  /// @param args seconds of each measurement; directory; one store only
  public static void main(String[] args) throws Exception {
    double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 3;
    Path directory = args.length > 1 ? Path.of(args[1]) : Files.createTempDirectory("wal-speed");
    String only = args.length > 2 ? args[2] : "";
    Files.createDirectories(directory);
    if (!only.equals("s3")) {
      for (Commit commit : COMMITS) {
        System.out.println("file:// " + commit);
        try (FileObjectStore files = new FileObjectStore(directory.resolve("files-" + commit));
            FileMetaStore meta = FileMetaStore.open(directory.resolve("files-meta-" + commit))) {
          new ObjectWalSpeed(files, meta, commit).all(seconds);
        }
      }
    }
    if (only.equals("file")) {
      return;
    }
    try (S3Server server = new S3Server(directory.resolve("s3"))) {
      server.bucket("wal");
      for (Commit commit : COMMITS) {
        System.out.println("s3proxy " + commit);
        try (S3ObjectStore s3 = new S3ObjectStore(server.settings("wal", "speed-" + commit));
            FileMetaStore meta = FileMetaStore.open(directory.resolve("s3-meta-" + commit))) {
          new ObjectWalSpeed(s3, meta, commit).all(seconds);
        }
      }
    }
  }

  private void all(double seconds) throws Exception {
    measure(1, 1_000, Math.min(2, seconds), false);
    measure(16, 10_000, Math.min(2, seconds), false);
    System.out.println(
        "channels  bytes  appends/s    MB/s  p50 ms  p99 ms   PUTs  PUTs/s  KB/PUT |"
            + " bare PUT MB/s  of it  commits/PUT");
    for (int channels : CHANNELS) {
      for (int body : BODIES) {
        measure(channels, body, seconds, true);
      }
    }
    single();
  }

  /// One append at a time: what a single client waits.
  private void single() throws Exception {
    CountingObjectStore counting = new CountingObjectStore(store);
    try (ObjectWalProvider provider = Providers.with(counting, meta, settings)) {
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
    }
  }

  private void measure(int channels, int bytes, double seconds, boolean print) throws Exception {
    CountingObjectStore counting = new CountingObjectStore(store);
    Latencies latencies = new Latencies();
    AtomicLong appends = new AtomicLong();
    double took;
    long commits;
    try (ObjectWalProvider provider = Providers.with(counting, meta, settings);
        ExecutorService pool = Executors.newFixedThreadPool(channels)) {
      List<Wal> wals = new ArrayList<>();
      for (int c = 0; c < channels; c++) {
        wals.add(provider.open("speed-" + c, 1));
      }
      counting.puts.reset();
      counting.putBytes.reset();
      commits = meta.revision();
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
      commits = meta.revision() - commits;
    }
    if (!print) {
      return;
    }
    long puts = counting.puts.sum();
    double rate = appends.get() * (double) bytes / took / 1e6;
    int object = (int) Math.max(1, counting.putBytes.sum() / puts);
    double bare = bare(store, object, seconds);
    if (counting.failures.sum() > 0) {
      System.out.println(counting.failures + " failures, the last: " + counting.lastFailure);
    }
    System.out.printf(
        "%8d %6d %10.0f %7.1f %7.1f %7.1f %6d %7.1f %7.0f | %13.1f %4.0f %% %5.2f%n",
        channels,
        bytes,
        appends.get() / took,
        rate,
        latencies.at(0.5),
        latencies.at(0.99),
        puts,
        puts / took,
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
