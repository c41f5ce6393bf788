package io.pandion.wal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Measures durable appends to a log beside the bare client of its backend, in turns, in one run:
/// messages of 100 B to 100 kB, on 1 and 16 channels, many under way or one after the other.
/// `-Dbytes=100,1000` measures these sizes only.
public final class WalRace {
  /// Vchannel of the messages, for the bare client too.
  public static final String KEY = "channel-0_v0";

  private static final int ROUNDS = 3;
  private static final long ROUND_NANOS = 2_000_000_000L;
  private static final int SAMPLE = 16;
  private static final int WINDOW_MESSAGES = 2_000;
  private static final long WINDOW_BYTES = 16L << 20;

  /// Something that takes a message of one channel and tells when it is durable. Closed, it leaves
  /// nothing behind.
  public interface Log extends AutoCloseable {
    CompletableFuture<?> append();

    @Override
    void close();
  }

  /// One kind of log and what it has done.
  private static final class Contender {
    final String name;
    final List<Log> channels;
    final List<Long> nanos = new ArrayList<>();
    final AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    long messages;
    long spent;

    Contender(String name, int channels, IntFunction<Log> open) {
      this.name = name;
      this.channels = IntStream.range(0, channels).mapToObj(open).toList();
    }
  }

  private final WalProvider provider;
  private final IntFunction<Log> bare;
  private int channels;

  /// @param bare makes a new topic and opens it, for messages of so many bytes
  public WalRace(WalProvider provider, IntFunction<Log> bare) {
    this.provider = provider;
    this.bare = bare;
  }

  public void run() throws Exception {
    System.out.println(
        "bytes channels window | log | appends/s | MB/s | p50 us | p99 us | of bare");
    for (String size : System.getProperty("bytes", "100,1000,10000,100000").split(",")) {
      int bytes = Integer.parseInt(size);
      measure(bytes, 1, 1);
      for (int count : new int[] {1, 16}) {
        measure(
            bytes,
            count,
            (int) Math.max(2, Math.min(WINDOW_MESSAGES, WINDOW_BYTES / bytes / count)));
      }
    }
  }

  private void measure(int bytes, int count, int window) throws Exception {
    Contender client = new Contender("bare", count, _ -> bare.apply(bytes));
    Contender wal = new Contender("wal", count, _ -> wal(bytes));
    for (int round = 0; round <= ROUNDS; round++) {
      for (Contender one : List.of(client, wal)) {
        if (round == 1) {
          // the first was to warm up
          one.messages = 0;
          one.spent = 0;
          one.nanos.clear();
        }
        round(one, window);
      }
    }
    for (Contender one : List.of(client, wal)) {
      double rate = one.messages / (one.spent / 1e9);
      one.nanos.sort(null);
      System.out.printf(
          "%6d %2d %4d | %-4s | %9.0f | %7.1f | %7d | %7d | %3.0f %%%n",
          bytes,
          count,
          window,
          one.name,
          rate,
          rate * bytes / 1e6,
          one.nanos.get(one.nanos.size() / 2) / 1_000,
          one.nanos.get((int) (one.nanos.size() * 99L / 100)) / 1_000,
          100 * rate / (client.messages / (client.spent / 1e9)));
      one.channels.forEach(Log::close);
    }
  }

  /// All channels write for a while, each with so many messages under way.
  private static void round(Contender one, int window) throws Exception {
    long start = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (Log log : one.channels) {
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((_, failure) -> one.failed.set(failure))
              .start(() -> write(one, log, window, start)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (one.failed.get() != null) {
      throw new IllegalStateException("an append to " + one.name + " failed", one.failed.get());
    }
    one.spent += System.nanoTime() - start;
  }

  private static void write(Contender one, Log log, int window, long start) {
    Semaphore room = new Semaphore(window);
    List<long[]> taken = new ArrayList<>();
    long appends = 0;
    while (System.nanoTime() - start < ROUND_NANOS) {
      room.acquireUninterruptibly();
      // the time of one in some appends, so that measuring is not what is measured
      long[] span = {System.nanoTime(), 0};
      if (appends++ % (window == 1 ? 1 : SAMPLE) == 0) {
        taken.add(span);
      }
      var _ =
          log.append()
              .whenComplete(
                  (_, failure) -> {
                    span[1] = System.nanoTime();
                    if (failure != null) {
                      one.failed.set(failure);
                    }
                    room.release();
                  });
    }
    room.acquireUninterruptibly(window);
    synchronized (one) {
      for (long[] span : taken) {
        one.nanos.add(span[1] - span[0]);
      }
      one.messages += appends;
    }
  }

  private Log wal(int bytes) {
    String channel = "speed-" + channels++;
    Wal wal = provider.open(channel, 1);
    WalBody body = WalBody.ofBytes(value(bytes));
    return new Log() {
      @Override
      public CompletableFuture<?> append() {
        long lsn = wal.nextLsn();
        return wal.append(List.of(new WalMessage(lsn, 1, lsn, KEY, body)));
      }

      @Override
      public void close() {
        wal.close();
        provider.remove(channel);
      }
    };
  }

  /// A value of so many bytes, for the bare client too.
  public static byte[] value(int bytes) {
    byte[] value = new byte[bytes];
    Arrays.fill(value, (byte) 7);
    return value;
  }
}
