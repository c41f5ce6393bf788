package io.pandion.wal.objectstore.sim;

import java.util.HashMap;
import java.util.Map;

/// All readers see the same message at an lsn, and a message at one lsn only: what one reader saw
/// is final, and every other sees a prefix or a continuation of it.
final class OneHistory implements Invariant {
  private final Map<String, String> rows = new HashMap<>();
  private final Map<String, Long> lsns = new HashMap<>();

  @Override
  public void see(Happening happening) {
    if (happening instanceof Happening.Row row) {
      String before = rows.put(row.log().channel() + "/" + row.lsn(), row.text());
      if (before != null && !before.equals(row.text())) {
        throw new Violation(getClass(), "another reader saw " + before + " in place of " + row);
      }
      Long lsn = lsns.put(row.text(), row.lsn());
      if (lsn != null && lsn != row.lsn()) {
        throw new Violation(getClass(), row + " was read at lsn " + lsn + " too");
      }
    }
  }
}
