package io.pandion.wal.objectstore.sim;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Between a node and a service: a request takes place in the service at its own time, whatever has
/// become of the caller by then.
final class Wire {
  private static final class Pending<T> {
    private @Nullable T result;
    private @Nullable PandionException error;
    private boolean replied;

    private void take(Supplier<T> request) {
      try {
        result = request.get();
      } catch (PandionException e) {
        error = e;
      }
    }
  }

  private final Clockwork clock;

  Wire(Clockwork clock) {
    this.clock = clock;
  }

  /// Sends a request and waits for the reply.
  <T> T call(Weather.Fate fate, Supplier<T> request) {
    Thread caller = Thread.currentThread();
    Pending<T> pending = new Pending<>();
    if (fate.takesPlace() >= 0) {
      clock.after(fate.takesPlace(), () -> pending.take(request));
    }
    if (fate.again() >= 0) {
      clock.after(fate.again(), () -> new Pending<T>().take(request));
    }
    clock.after(
        fate.replies(),
        () -> {
          pending.replied = true;
          LockSupport.unpark(caller);
        });
    while (!pending.replied) {
      LockSupport.park(this);
      if (caller.isInterrupted() && !pending.replied) {
        throw failure(Reason.OUTCOME_UNKNOWN, "interrupted");
      }
    }
    if (fate.failure() != null) {
      throw failure(fate.failure(), "a fault of the simulation");
    }
    PandionException error = pending.error;
    if (error != null) {
      throw new PandionException(error.reason(), error.subject(), "" + error.getMessage(), error);
    }
    return java.util.Objects.requireNonNull(pending.result);
  }

  private static PandionException failure(Reason reason, String why) {
    return new PandionException(reason, PandionException.Subject.NONE, why);
  }
}
