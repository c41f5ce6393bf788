package io.pandion.wal.objectstore.sim;

import java.util.Set;
import java.util.TreeSet;

/// A reader begins where it was asked to, or behind what the owner truncated, and no later.
final class TruncatedIsAllThatGoes implements Invariant {
  private final ChannelEntries entries = new ChannelEntries();
  private final Set<Integer> begun = new TreeSet<>();
  private final java.util.Map<Integer, Long> from = new java.util.TreeMap<>();

  @Override
  public void see(Happening happening) {
    entries.see(happening);
    switch (happening) {
      case Happening.Reading r -> from.put(r.reader(), r.from());
      case Happening.Row row -> {
        long asked = java.util.Objects.requireNonNull(from.get(row.reader()));
        if (begun.add(row.reader()) && row.lsn() > Math.max(asked, entries.truncated(row.log()))) {
          throw new Violation(
              getClass(),
              row
                  + " comes first, asked was "
                  + asked
                  + ", truncated "
                  + entries.truncated(row.log()));
        }
      }
      default -> {}
    }
  }
}
