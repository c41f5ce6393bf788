package io.pandion.wal.objectstore.sim;

import io.pandion.model.PandionException.Reason;
import java.util.EnumSet;
import java.util.Set;

/// Nothing is damaged in this world: whoever owns a channel meets errors of the weather only, or
/// learns that it was replaced. No thread of the log ends by an exception.
final class ErrorsAreOfTheWeather implements Invariant {
  private static final Set<Reason> WEATHER =
      EnumSet.of(
          Reason.UNAVAILABLE_RETRY,
          Reason.OUTCOME_UNKNOWN,
          Reason.QUOTA_EXCEEDED,
          Reason.DEADLINE_EXCEEDED);

  private final ChannelEntries entries = new ChannelEntries();

  @Override
  public void see(Happening happening) {
    entries.see(happening);
    switch (happening) {
      case Happening.NotOpened n -> {
        if (n.reason() == Reason.FENCED
            ? entries.opening(n.channel()) == 0
            : !WEATHER.contains(n.reason())) {
          throw new Violation(getClass(), n.toString());
        }
      }
      case Happening.ReadFailed r -> {
        boolean owner = entries.opening(r.log().channel()) == r.log().opening();
        if (owner && !WEATHER.contains(r.reason())) {
          throw new Violation(getClass(), r.toString());
        }
      }
      case Happening.ThreadFailed t -> {
        Violation violation = new Violation(getClass(), t.toString());
        violation.initCause(t.failure());
        throw violation;
      }
      default -> {}
    }
  }
}
