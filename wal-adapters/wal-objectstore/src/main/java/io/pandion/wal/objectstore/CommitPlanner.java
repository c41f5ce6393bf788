package io.pandion.wal.objectstore;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Decides when an object is sealed, what is sent again and when, and what may be acknowledged:
/// replies and the time go in, commands come out. It does no I/O and has no clock. One thread.
///
/// - **Leading edge**: what comes after a pause is sealed at once; otherwise `window` after the
///   last seal, or when `sealBytes` wait. The window doubles when the store asks to slow down, and
///   goes back by a twentieth with each slot acknowledged.
/// - **Acknowledged in slot order**: a slot only when all before it are there.
/// - At most `inFlight` slots beyond the last acknowledged one.
/// - **Dead**: once a slot is known to hold another's object, nothing at or behind it is sent or
///   acknowledged; the slots before it still are.
class CommitPlanner {
  /// What shall be done.
  sealed interface Command {
    /// Make the next object of what waits and tell by [CommitPlanner#sealed].
    record Seal() implements Command {}

    /// Send the object of a slot, for the first time or again: the same bytes.
    record Put(long slot) implements Command {}

    /// Look whose object is in a slot.
    record Verify(long slot) implements Command {}

    /// All slots below are durable.
    record Acknowledge(long below) implements Command {}

    /// Nothing at or behind `end` counts; everything before it is acknowledged.
    record Ended(long end) implements Command {}
  }

  /// What came back for a slot.
  enum Reply {
    /// It was created.
    CREATED,
    /// The name was taken.
    TAKEN,
    /// It holds our own object.
    OWN,
    /// It holds the end of the stream, or another's object.
    FOREIGN,
    /// Nobody knows; or it was refused for now.
    RETRY,
    /// The store asks to slow down.
    SLOW_DOWN
  }

  private enum State {
    FLYING,
    WAITING,
    DONE
  }

  private static final class Flight {
    State state = State.FLYING;
    int attempts = 1;
    final long sealedAt;
    long retryAt;

    Flight(long now) {
      this.sealedAt = now;
    }
  }

  private static final int RELAX = 20;
  private static final long NEVER = Long.MAX_VALUE;

  private final ObjectWalSettings settings;
  private final RandomGenerator random;
  private final long leastWindow;
  private final long mostWindow;
  private final NavigableMap<Long, Flight> flights = new TreeMap<>();
  private long window;
  private long lastSeal;
  private boolean sealedBefore;
  private long nextSlot;
  private long acknowledged;
  private long end = NEVER;
  private boolean endTold;

  /// @param random for the pauses between attempts
  CommitPlanner(ObjectWalSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
    this.leastWindow = settings.window().toNanos();
    this.mostWindow = settings.maxWindow().toNanos();
    this.window = leastWindow;
  }

  /// Slot of the next object.
  long nextSlot() {
    return nextSlot;
  }

  /// All slots below are durable.
  long acknowledged() {
    return acknowledged;
  }

  boolean dead() {
    return end != NEVER;
  }

  /// Slot at and behind which nothing counts; Long.MAX_VALUE while nobody ended the stream.
  long end() {
    return end;
  }

  boolean idle() {
    return flights.isEmpty();
  }

  /// Time between two objects now, in nanoseconds.
  long window() {
    return window;
  }

  /// When the oldest object that is not durable was sealed, or Long.MAX_VALUE.
  long oldest() {
    return flights.isEmpty() ? NEVER : flights.firstEntry().getValue().sealedAt;
  }

  /// What is due.
  ///
  /// @param waiting bytes that wait to be sealed
  /// @param flush whether somebody waits for them
  List<Command> due(long now, long waiting, boolean flush) {
    List<Command> out = new ArrayList<>();
    for (var e : flights.entrySet()) {
      Flight flight = e.getValue();
      if (flight.state == State.WAITING && flight.retryAt <= now) {
        flight.state = State.FLYING;
        flight.attempts++;
        out.add(new Command.Put(e.getKey()));
      }
    }
    if (sealAt(now, waiting, flush) <= now) {
      out.add(new Command.Seal());
    }
    return out;
  }

  /// When [#due] must be asked next, if nothing else happens; Long.MAX_VALUE for never.
  long wakeAt(long now, long waiting, boolean flush) {
    long at = sealAt(now, waiting, flush);
    for (Flight flight : flights.values()) {
      if (flight.state == State.WAITING) {
        at = Math.min(at, flight.retryAt);
      }
    }
    return at;
  }

  private long sealAt(long now, long waiting, boolean flush) {
    if (waiting == 0 || dead() || nextSlot - acknowledged >= settings.inFlight()) {
      return NEVER;
    }
    if (flush || waiting >= settings.sealBytes() || !sealedBefore) {
      return now;
    }
    return lastSeal + window;
  }

  /// An object was made.
  ///
  /// @return its slot; it is to be put now
  long sealed(long now) {
    sealedBefore = true;
    lastSeal = now;
    flights.put(nextSlot, new Flight(now));
    return nextSlot++;
  }

  /// Something came back for a slot.
  List<Command> replied(long slot, Reply reply, long now) {
    Flight flight = flights.get(slot);
    if (flight == null || flight.state == State.DONE) {
      return List.of();
    }
    List<Command> out = new ArrayList<>();
    switch (reply) {
      case CREATED, OWN -> flight.state = State.DONE;
      case TAKEN -> out.add(new Command.Verify(slot));
      case FOREIGN -> {
        end = Math.min(end, slot);
        flights.tailMap(end, true).clear();
      }
      case RETRY -> again(flight, now);
      case SLOW_DOWN -> {
        window = Math.min(mostWindow, window * 2);
        again(flight, now);
      }
    }
    acknowledge(out);
    return out;
  }

  private void again(Flight flight, long now) {
    flight.state = State.WAITING;
    long pause =
        Math.min(
            settings.maxRetry().toNanos(),
            settings.retry().toNanos() << Math.min(flight.attempts - 1, 16));
    // between half and the whole, so that many writers do not come back together
    flight.retryAt = now + pause / 2 + random.nextLong(pause / 2 + 1);
  }

  private void acknowledge(List<Command> out) {
    long before = acknowledged;
    while (!flights.isEmpty() && flights.firstEntry().getValue().state == State.DONE) {
      acknowledged = flights.pollFirstEntry().getKey() + 1;
      window = Math.max(leastWindow, window - window / RELAX);
    }
    if (acknowledged > before) {
      out.add(new Command.Acknowledge(acknowledged));
    }
    if (dead() && flights.isEmpty() && !endTold) {
      endTold = true;
      out.add(new Command.Ended(end));
    }
  }
}
