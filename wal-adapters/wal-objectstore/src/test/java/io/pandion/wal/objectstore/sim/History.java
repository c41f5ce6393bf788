package io.pandion.wal.objectstore.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Shows all that happens to the invariants, keeps the end of it for people, and the first
/// violation.
final class History {
  private static final int LAST = Integer.getInteger("pandion.sim.last", 400);

  private final Clockwork clock;
  private final List<Invariant> invariants;
  private final Deque<String> last = new ArrayDeque<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private @Nullable Violation violation;

  History(Clockwork clock, List<Invariant> invariants) {
    this.clock = clock;
    this.invariants = invariants;
  }

  void add(Happening happening) {
    if (violation != null) {
      return;
    }
    String text = happening.toString();
    clock.note(text);
    last.add(clock.now() / 1_000 + " " + text);
    if (last.size() > LAST) {
      last.remove();
    }
    counts.merge(happening.getClass().getSimpleName(), 1, Integer::sum);
    try {
      invariants.forEach(invariant -> invariant.see(happening));
    } catch (Violation e) {
      violation = e;
    }
  }

  @Nullable Violation violation() {
    return violation;
  }

  /// What happened last, line by line.
  List<String> last() {
    return List.copyOf(last);
  }

  /// How often what happened.
  Map<String, Integer> counts() {
    return counts;
  }
}
