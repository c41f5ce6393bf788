package io.pandion.wal.objectstore.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Once an opening has returned, nothing of an earlier one is acknowledged or becomes visible at or
/// behind the end that it found; and all that was acknowledged lies before that end.
final class NothingBehindABarrier implements Invariant {
  private final Map<String, List<Happening.Opened>> barriers = new TreeMap<>();
  private final Map<String, List<Happening.Batch>> acked = new TreeMap<>();
  private final Map<String, Long> openings = new HashMap<>();

  @Override
  public void see(Happening happening) {
    switch (happening) {
      case Happening.Opened o -> {
        barriers.computeIfAbsent(o.channel(), _ -> new ArrayList<>()).add(o);
        acked.getOrDefault(o.channel(), List.of()).forEach(batch -> acknowledged(batch, o));
      }
      case Happening.Appending a ->
          a.batch().rows().forEach(row -> openings.put(row, a.batch().log().opening()));
      case Happening.Acknowledged a -> {
        String channel = a.batch().log().channel();
        acked.computeIfAbsent(channel, _ -> new ArrayList<>()).add(a.batch());
        barriers.getOrDefault(channel, List.of()).forEach(o -> acknowledged(a.batch(), o));
      }
      case Happening.Row row -> {
        long opening = openings.getOrDefault(row.text(), Long.MAX_VALUE);
        for (Happening.Opened o : barriers.getOrDefault(row.log().channel(), List.of())) {
          if (opening < o.opening() && row.lsn() >= o.end()) {
            throw new Violation(getClass(), row + " of opening " + opening + " lies behind " + o);
          }
        }
      }
      default -> {}
    }
  }

  private void acknowledged(Happening.Batch batch, Happening.Opened barrier) {
    if (batch.log().opening() < barrier.opening() && batch.last() >= barrier.end()) {
      throw new Violation(getClass(), batch + " is acknowledged, but not known to " + barrier);
    }
  }
}
