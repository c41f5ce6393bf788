package io.pandion.coordinator;

import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import io.pandion.model.TickRange;
import io.pandion.model.TimeTick;
import java.util.function.LongSupplier;

/// The cluster's clock: hybrid ticks that rise for ever, across restarts and steps of the wall
/// clock.
///
/// An upper bound is kept in the meta store, one window ahead; a new oracle starts above it. An
/// idle oracle writes nothing. Threads: any number; a short lock.
final class TickOracle {
  static final String KEY = "tick";
  private final Tenure tenure;
  private final LongSupplier clock;
  private final long windowMillis;
  private long next;
  private long bound;

  TickOracle(Tenure tenure, LongSupplier clock, long windowMillis) {
    this.tenure = tenure;
    this.clock = clock;
    this.windowMillis = windowMillis;
    for (MetaEntry entry : tenure.list(KEY)) {
      bound = Json.read(KEY, entry.value(), Long.class);
    }
    next = bound;
  }

  synchronized TickRange allocate(int count) {
    if (count < 1) {
      throw PandionException.invalid("cannot allocate " + count + " ticks; ask for 1 or more");
    }
    long first = Math.max(next, TimeTick.of(clock.getAsLong(), 0));
    long end = first + count;
    if (end > bound) {
      long raised = TimeTick.of(TimeTick.millis(end) + windowMillis, 0);
      tenure.commit(new MetaTransaction().put(KEY, Json.write(raised)));
      bound = raised;
    }
    next = end;
    return new TickRange(first, count);
  }

  /// Goes on above a tick that is known to have been given.
  synchronized void raise(long known) {
    next = Math.max(next, known + 1);
  }

  long next() {
    return allocate(1).first();
  }
}
