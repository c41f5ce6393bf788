package io.pandion.storage;

import io.pandion.model.PandionException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Asks a store, at the start of whoever relies on it, whether it keeps the promise of
/// [ObjectStore#putIfAbsent]: a second create fails, of several at once exactly one wins, and what
/// is read is the winner's. A store that ignores the condition, or checks it before it writes,
/// would lose acknowledged records; with such a store we do not start.
///
/// Cost: some thirty small requests, most of them at the same time.
public final class ConditionalCreateProbe {
  private static final int ROUNDS = 5;
  private static final int RACERS = 4;

  private ConditionalCreateProbe() {}

  /// @param folder a fresh name; objects below it are made and removed
  /// @throws PandionException UNSUPPORTED when the store breaks the promise; else whatever the
  ///   store throws: it fails closed
  public static void check(ObjectStore store, String folder) {
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      check(store, folder, pool);
    }
  }

  /// The same on threads of the caller's.
  ///
  /// @param pool runs four tasks at a time
  public static void check(ObjectStore store, String folder, ExecutorService pool) {
    List<String> made = new ArrayList<>();
    try {
      String once = folder + "/once";
      made.add(once);
      byte[] first = bytes("first");
      if (!store.putIfAbsent(once, first)) {
        throw broken("a create under a fresh name is refused");
      }
      if (store.putIfAbsent(once, bytes("second"))) {
        throw broken("a second create of the same name succeeds");
      }
      if (!Arrays.equals(store.readAll(once), first)) {
        throw broken("a refused create changed the object");
      }
      for (int round = 0; round < ROUNDS; round++) {
        String name = folder + "/race-" + round;
        made.add(name);
        race(store, name, pool);
      }
    } finally {
      made.forEach(store::delete);
    }
  }

  private static void race(ObjectStore store, String name, ExecutorService pool) {
    CyclicBarrier start = new CyclicBarrier(RACERS);
    List<Callable<Boolean>> puts = new ArrayList<>();
    for (int r = 0; r < RACERS; r++) {
      byte[] mine = bytes("racer " + r);
      puts.add(
          () -> {
            start.await();
            return store.putIfAbsent(name, mine);
          });
    }
    int winners = 0;
    int winner = -1;
    try {
      List<Future<Boolean>> results = pool.invokeAll(puts);
      for (int r = 0; r < RACERS; r++) {
        if (results.get(r).get()) {
          winners++;
          winner = r;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PandionException p) {
        throw new PandionException(p.reason(), p.subject(), String.valueOf(p.getMessage()), p);
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PandionException.unavailable("interrupted while the object store was probed");
    }
    if (winners != 1 || !Arrays.equals(store.readAll(name), bytes("racer " + winner))) {
      throw broken(winners + " of " + RACERS + " creates of one name at a time succeed");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static PandionException broken(String how) {
    return PandionException.unsupported(
        "the object store does not create objects once only ("
            + how
            + "): acknowledged rows could be lost on it; use a store that supports conditional"
            + " writes (PUT with If-None-Match: *), let the meta store name the objects (wal.commit:"
            + " meta), or use another log (wal.type)");
  }
}
