package io.pandion.wal.objectstore.sim;

import java.util.Map;
import java.util.TreeMap;

/// A node holds no more unacknowledged bytes than it is set to, and has no more creates under way.
final class BuffersAreBounded implements Invariant {
  private final Map<String, Happening.NodeStarted> settings = new TreeMap<>();
  private final Map<String, Long> held = new TreeMap<>();
  private final Map<String, Integer> largest = new TreeMap<>();

  @Override
  public void see(Happening happening) {
    switch (happening) {
      case Happening.NodeStarted n -> settings.put(n.node(), n);
      case Happening.Taken t -> {
        String node = t.batch().log().node();
        int most = largest.merge(node, t.batch().bytes(), Math::max);
        long now = held.merge(node, (long) t.batch().bytes(), Long::sum);
        // what is acknowledged makes room a moment before its writer hears of it
        long limit = 2 * settings(node).unackedBytes();
        if (now > limit + most) {
          throw new Violation(getClass(), node + " holds " + now + " bytes, limit " + limit);
        }
      }
      case Happening.Acknowledged a -> less(a.batch());
      case Happening.Failed f -> {
        if (f.taken()) {
          less(f.batch());
        }
      }
      case Happening.Creating c -> {
        boolean log = c.folder().startsWith("wal/v1/");
        if (log && c.underWay() > settings(c.node()).inFlight()) {
          throw new Violation(getClass(), c + ", set are " + settings(c.node()).inFlight());
        }
      }
      default -> {}
    }
  }

  private Happening.NodeStarted settings(String node) {
    return java.util.Objects.requireNonNull(settings.get(node));
  }

  private void less(Happening.Batch batch) {
    held.merge(batch.log().node(), (long) -batch.bytes(), Long::sum);
  }
}
