package io.pandion.wal.objectstore.sim;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Runs everything of a simulation on the thread that calls it: the continuations of virtual
/// threads, one at a time, in an order drawn from the seed, and events at their virtual time. Time
/// moves when an event is due, and a little with each step. The same seed does the same, which the
/// digest over all steps shows.
public final class Clockwork {
  private static final int LATEST_STEP_NANOS = 20_000;
  private static final long EARLY_NANOS = 20_000_000;
  private static final int EARLY = 32;
  private static final int DUE = 3;
  private static final int MOST_STEPS = 4_000_000;

  /// Something that happens at a time.
  static final class Event implements Comparable<Event> {
    private final long time;
    private final long order;
    private @Nullable Runnable action;

    private Event(long time, long order, Runnable action) {
      this.time = time;
      this.order = order;
      this.action = action;
    }

    void cancel() {
      action = null;
    }

    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private record Ready(NodeThreads node, Runnable task) {}

  private final SplittableRandom random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<Ready> ready = new ArrayList<>();
  private final CRC32C digest = new CRC32C();
  private long now = 1_000_000_000L;
  private long order;
  private int steps;

  Clockwork(SplittableRandom random) {
    this.random = random;
  }

  long now() {
    return now;
  }

  int steps() {
    return steps;
  }

  /// A checksum over every choice and everything that was noted.
  long digest() {
    return digest.getValue();
  }

  /// Adds to the digest.
  void note(String what) {
    note(now);
    digest.update(what.getBytes(StandardCharsets.UTF_8));
  }

  private void note(long number) {
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      digest.update((int) (number >>> shift));
    }
  }

  /// Runs an action after a time, on the thread that runs the simulation: it must not block.
  Event after(long nanos, Runnable action) {
    Event event = new Event(now + nanos, order++, action);
    events.add(event);
    return event;
  }

  boolean coin(int of) {
    return random.nextInt(of) == 0;
  }

  /// A node's thread wants to run.
  void ready(NodeThreads node, Runnable task) {
    ready.add(new Ready(node, task));
  }

  /// Runs until something holds, or nothing is left to do.
  void run(BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      Event next = next();
      if (ready.isEmpty() ? next == null : false) {
        return;
      }
      if (++steps > MOST_STEPS) {
        throw new IllegalStateException("the simulation does not come to rest");
      }
      if (next != null && (ready.isEmpty() || early(next))) {
        events.remove();
        now = Math.max(now, next.time);
        note(next.order);
        java.util.Objects.requireNonNull(next.action).run();
      } else {
        step();
      }
    }
  }

  private boolean early(Event next) {
    return next.time <= now ? coin(DUE) : next.time <= now + EARLY_NANOS && coin(EARLY);
  }

  private void step() {
    int at = random.nextInt(ready.size());
    Ready one = ready.get(at);
    Ready last = ready.removeLast();
    if (at < ready.size()) {
      ready.set(at, last);
    }
    now += random.nextInt(LATEST_STEP_NANOS);
    note(one.node.id() * 1_000_003L + at);
    one.node.run(one.task);
  }

  private @Nullable Event next() {
    while (!events.isEmpty() && events.element().action == null) {
      events.remove();
    }
    return events.peek();
  }
}
