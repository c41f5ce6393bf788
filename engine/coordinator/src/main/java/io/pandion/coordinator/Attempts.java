package io.pandion.coordinator;

import io.pandion.model.PandionException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Which commands are under way, and when one that failed may be tried again: after a pause that
/// doubles with each failure. Threads: any number; a short lock.
final class Attempts {
  private static final int MAX_DOUBLINGS = 6;

  /// Failures of a command so far.
  ///
  /// @param damaged whether stored bytes were found to be damaged
  record Failure(int count, long notBefore, String error, boolean damaged) {}

  private final CoordinatorSettings settings;
  private final LongSupplier clock;
  private final Set<String> running = new HashSet<>();
  private final Map<String, Failure> failures = new HashMap<>();

  Attempts(CoordinatorSettings settings, LongSupplier clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /// Begins a command when it is not under way and its pause is over.
  ///
  /// @param limited whether it is given up after `taskAttempts`
  synchronized boolean begin(String key, boolean limited) {
    Failure failure = failures.get(key);
    boolean pauses =
        failure != null
            && (failure.notBefore > clock.getAsLong()
                || (limited && failure.count >= settings.taskAttempts()));
    return !pauses && running.add(key);
  }

  /// Keeps others from beginning a command of this key.
  synchronized boolean claim(String key) {
    return running.add(key);
  }

  synchronized void unclaim(String key) {
    running.remove(key);
  }

  synchronized void succeeded(String key) {
    running.remove(key);
    failures.remove(key);
  }

  synchronized void failed(String key, RuntimeException error) {
    running.remove(key);
    Failure old = failures.get(key);
    int count = old == null ? 1 : old.count + 1;
    long pause = settings.retryDelay() << Math.min(count - 1, MAX_DOUBLINGS);
    boolean damaged =
        error instanceof PandionException e && e.reason() == PandionException.Reason.CORRUPT_DATA;
    String message = String.valueOf(error.getMessage());
    failures.put(key, new Failure(count, clock.getAsLong() + pause, message, damaged));
  }

  /// Number of the attempt that runs or comes next, from 1.
  synchronized int next(String key) {
    Failure failure = failures.get(key);
    return failure == null ? 1 : failure.count + 1;
  }

  /// Whether the attempt that runs is the last one.
  boolean last(String key) {
    return next(key) >= settings.taskAttempts();
  }

  synchronized @Nullable Failure failure(String key) {
    return failures.get(key);
  }

  synchronized boolean isRunning(String key) {
    return running.contains(key);
  }

  /// Whether a command whose key starts so is under way.
  synchronized boolean anyRunning(String prefix) {
    return running.stream().anyMatch(k -> k.startsWith(prefix));
  }

  /// Forgets failures of commands that nobody wants any more.
  synchronized void retain(Set<String> wanted) {
    failures.keySet().removeIf(key -> !wanted.contains(key) && !running.contains(key));
  }

  /// Milliseconds until the next command that failed may be tried, `atMost` at most.
  synchronized long pause(long atMost) {
    long now = clock.getAsLong();
    long least = atMost;
    for (Failure failure : failures.values()) {
      if (failure.notBefore > now) {
        least = Math.min(least, failure.notBefore - now);
      }
    }
    return Math.max(1, least);
  }
}
