package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.MemoryObjectStore;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A twin of the object stores that behaves as badly as they may: replies get lost, creates land
/// long after they were given up, errors and requests to slow down come, everything takes time.
/// What it keeps is what they promise: a name is created once. Any number of threads.
final class FaultyObjectStore extends ForwardingObjectStore {
  private final MemoryObjectStore objects;
  private final ScheduledExecutorService late =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  final AtomicLong puts = new AtomicLong();
  final AtomicLong faults = new AtomicLong();

  /// Guarded by this.
  private final Random random;

  /// Of a hundred requests, so many misbehave.
  volatile int percent;

  /// Every create fails and nothing is written.
  volatile boolean down;

  FaultyObjectStore(MemoryObjectStore objects, long seed) {
    super(objects);
    this.objects = objects;
    this.random = new Random(seed);
  }

  private synchronized int dice(int sides) {
    return random.nextInt(sides);
  }

  private static void pause(long micros) {
    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    puts.incrementAndGet();
    if (down) {
      throw failure(Reason.UNAVAILABLE_RETRY);
    }
    if (dice(100) >= percent || name.contains("probe")) {
      return objects.putIfAbsent(name, bytes);
    }
    faults.incrementAndGet();
    return switch (dice(6)) {
      case 0 -> throw failure(Reason.UNAVAILABLE_RETRY);
      case 1 -> throw failure(Reason.QUOTA_EXCEEDED);
      case 2 -> {
        boolean _ = objects.putIfAbsent(name, bytes);
        throw failure(Reason.OUTCOME_UNKNOWN);
      }
      case 3 -> {
        byte[] copy = bytes.clone();
        var _ =
            late.schedule(() -> objects.putIfAbsent(name, copy), dice(60), TimeUnit.MILLISECONDS);
        throw failure(Reason.OUTCOME_UNKNOWN);
      }
      case 4 -> {
        boolean won = objects.putIfAbsent(name, bytes);
        pause(dice(8_000));
        yield won;
      }
      default -> {
        pause(dice(8_000));
        yield objects.putIfAbsent(name, bytes);
      }
    };
  }

  @Override
  protected void onRequest() {
    if (dice(400) < percent) {
      faults.incrementAndGet();
      throw failure(Reason.UNAVAILABLE_RETRY);
    }
  }

  private static PandionException failure(Reason reason) {
    return new PandionException(reason, PandionException.Subject.NONE, "a fault on purpose");
  }

  @Override
  public void close() {
    late.shutdown();
  }
}
