package io.pandion.wal.objectstore.sim;

import io.pandion.model.PandionException.Reason;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// How a service behaves now: what becomes of a request is drawn from it.
final class Weather {
  /// What becomes of one request.
  ///
  /// @param takesPlace after so many nanoseconds, or never (-1)
  /// @param again and once more after so many, or not (-1)
  /// @param replies after so many
  /// @param failure what the caller is told, or null when it gets the reply
  record Fate(long takesPlace, long again, long replies, @Nullable Reason failure) {}

  private static final long MILLIS = 1_000_000;
  private static final long[] TIMEOUTS = {200 * MILLIS, 1_000 * MILLIS, 5_000 * MILLIS};

  private final SplittableRandom random;
  private long fastest;
  private long slowest;
  private int lost;
  private int late;
  private int twice;
  private int refused;
  private int throttled;
  private boolean down;

  Weather(SplittableRandom random) {
    this.random = random;
    clear();
  }

  /// No faults, quick.
  void clear() {
    fastest = MILLIS;
    slowest = 5 * MILLIS;
    lost = 0;
    late = 0;
    twice = 0;
    refused = 0;
    throttled = 0;
    down = false;
  }

  /// Other weather.
  ///
  /// @param percent of requests that suffer each fault, at most
  void change(int percent) {
    clear();
    fastest = (1 + random.nextInt(20)) * MILLIS / 4;
    slowest = fastest * (2 + random.nextInt(random.nextInt(4) == 0 ? 200 : 10));
    lost = rate(percent);
    late = rate(percent);
    twice = rate(percent);
    refused = rate(percent);
    throttled = rate(percent);
    down = random.nextInt(12) == 0;
  }

  private int rate(int percent) {
    return random.nextBoolean() ? 0 : random.nextInt(percent + 1);
  }

  private long latency() {
    return random.nextLong(fastest, slowest + 1);
  }

  /// What becomes of a request that changes something.
  Fate write() {
    long there = latency();
    int dice = random.nextInt(100);
    long timeout = TIMEOUTS[random.nextInt(TIMEOUTS.length)] + random.nextLong(MILLIS);
    if (down) {
      return new Fate(-1, -1, dice < 50 ? there : timeout, unknownOr(Reason.UNAVAILABLE_RETRY));
    }
    if (dice < lost) {
      return new Fate(Math.min(there, timeout), -1, timeout, Reason.OUTCOME_UNKNOWN);
    }
    dice -= lost;
    if (dice >= 0 && dice < late) {
      return new Fate(timeout + late(), -1, timeout, Reason.OUTCOME_UNKNOWN);
    }
    dice -= late;
    if (dice >= 0 && dice < refused) {
      return new Fate(-1, -1, there, unknownOr(Reason.UNAVAILABLE_RETRY));
    }
    dice -= refused;
    if (dice >= 0 && dice < throttled) {
      return new Fate(-1, -1, there, Reason.QUOTA_EXCEEDED);
    }
    dice -= throttled;
    long again = dice >= 0 && dice < twice ? there + late() : -1;
    return new Fate(there, again, there + latency(), null);
  }

  /// What becomes of a request that only reads.
  Fate read() {
    long there = latency();
    int dice = random.nextInt(100);
    if (down || dice < refused / 2) {
      return new Fate(-1, -1, there, Reason.UNAVAILABLE_RETRY);
    }
    return new Fate(there, -1, there + latency(), null);
  }

  private Reason unknownOr(Reason other) {
    return random.nextBoolean() ? Reason.OUTCOME_UNKNOWN : other;
  }

  /// How late a request comes that was given up: mostly soon, sometimes after all else.
  private long late() {
    long most = random.nextInt(3) == 0 ? 100_000 * MILLIS : 1_000 * MILLIS;
    return random.nextLong(most);
  }
}
