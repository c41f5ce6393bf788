package io.pandion.wal.objectstore.sim;

import java.util.Map;
import java.util.TreeMap;

/// In fair weather every write on a node that lives ends one way or the other, and nobody waits for
/// ever.
final class EverythingEnds implements Invariant {
  private final Map<Integer, Happening.Batch> pending = new TreeMap<>();

  @Override
  public void see(Happening happening) {
    switch (happening) {
      case Happening.Appending a -> pending.put(a.batch().id(), a.batch());
      case Happening.Acknowledged a -> pending.remove(a.batch().id());
      case Happening.Failed f -> pending.remove(f.batch().id());
      case Happening.NodeEnded n ->
          pending.values().removeIf(batch -> batch.log().node().equals(n.node()));
      case Happening.AtRest r -> {
        if (r.stuck() != null || !pending.isEmpty()) {
          throw new Violation(getClass(), "waits for ever: " + r.stuck() + " " + pending.values());
        }
      }
      default -> {}
    }
  }
}
