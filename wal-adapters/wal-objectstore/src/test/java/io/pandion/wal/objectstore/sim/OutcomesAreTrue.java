package io.pandion.wal.objectstore.sim;

import io.pandion.model.PandionException.Reason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// A write that failed was not written, unless it failed as *outcome unknown*; that one is there
/// whole or in part, once, or not. FENCED is said only to who was replaced. Nothing is read that
/// nobody wrote.
final class OutcomesAreTrue implements Invariant {
  private final ChannelEntries entries = new ChannelEntries();
  private final Set<String> written = new HashSet<>();
  private final Set<String> refused = new HashSet<>();
  private final Set<String> read = new HashSet<>();

  /// Attempts under way, by node and channel: they fence the opening before on their node first.
  private final Map<String, Integer> attempts = new HashMap<>();

  /// Those of them beside which there was another one.
  private final Set<String> several = new HashSet<>();

  private final Map<String, Set<Integer>> open = new HashMap<>();

  @Override
  public void see(Happening happening) {
    entries.see(happening);
    switch (happening) {
      case Happening.Opening o -> {
        if (attempts.merge(o.node() + o.channel(), 1, Integer::sum) > 1) {
          several.add(o.node() + o.channel());
        } else {
          several.remove(o.node() + o.channel());
        }
        open.remove(o.node() + o.channel());
      }
      case Happening.NotOpened n -> attempts.merge(n.node() + n.channel(), -1, Integer::sum);
      case Happening.Opened o -> {
        if (attempts.merge(o.node() + o.channel(), -1, Integer::sum) == 0
            && !several.contains(o.node() + o.channel())) {
          open.computeIfAbsent(o.node() + o.channel(), _ -> new HashSet<>()).add(o.handle());
        }
      }
      case Happening.Appending a -> written.addAll(a.batch().rows());
      case Happening.Failed f -> failed(f);
      case Happening.Row row -> {
        read.add(row.text());
        if (!written.contains(row.text()) || refused.contains(row.text())) {
          throw new Violation(getClass(), row + " was not written, or its writer was told so");
        }
      }
      default -> {}
    }
  }

  private void failed(Happening.Failed f) {
    if (f.reason() == Reason.OUTCOME_UNKNOWN) {
      return;
    }
    if (f.reason() == Reason.FENCED) {
      Happening.Opened log = f.batch().log();
      Set<Integer> still = open.getOrDefault(log.node() + log.channel(), Set.of());
      if (still.contains(log.handle()) && entries.opening(log.channel()) <= log.opening()) {
        throw new Violation(getClass(), f + ", but nobody opened the channel since");
      }
    } else if (f.reason() != Reason.UNAVAILABLE_RETRY) {
      throw new Violation(getClass(), f + ": for no such reason");
    }
    for (String row : f.batch().rows()) {
      if (read.contains(row)) {
        throw new Violation(getClass(), f + ", but it was read");
      }
    }
    refused.addAll(f.batch().rows());
  }
}
