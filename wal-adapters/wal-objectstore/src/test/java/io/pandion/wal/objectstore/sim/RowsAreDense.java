package io.pandion.wal.objectstore.sim;

import java.util.Map;
import java.util.TreeMap;

/// A reader sees lsns without a hole, ticks that rise and terms that do not fall.
final class RowsAreDense implements Invariant {
  private final Map<Integer, Happening.Row> before = new TreeMap<>();

  @Override
  public void see(Happening happening) {
    if (happening instanceof Happening.Row row) {
      Happening.Row last = before.put(row.reader(), row);
      if (last != null
          && (row.lsn() != last.lsn() + 1
              || row.tick() <= last.tick()
              || row.term() < last.term())) {
        throw new Violation(getClass(), row + " follows " + last);
      }
    }
  }
}
