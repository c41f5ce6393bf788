package io.pandion.wal.objectstore.sim;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What was acknowledged is read by every later reader of that opening or a later one, as it was
/// written, unless its owner truncated it. There is one acknowledged message for an lsn.
final class AckedIsRead implements Invariant {
  private final ChannelEntries entries = new ChannelEntries();
  private final Map<String, Map<Long, String>> acked = new TreeMap<>();

  /// Highest acknowledged lsn by channel and opening.
  private final Map<String, NavigableMap<Long, Long>> highest = new TreeMap<>();

  private final Map<Integer, Long> needed = new TreeMap<>();
  private final Map<Integer, Long> reached = new TreeMap<>();

  @Override
  public void see(Happening happening) {
    entries.see(happening);
    switch (happening) {
      case Happening.Acknowledged a -> acknowledged(a.batch());
      case Happening.Reading r -> {
        long most = 0;
        NavigableMap<Long, Long> ofChannel = highest.get(r.log().channel());
        if (ofChannel != null) {
          for (long lsn : ofChannel.headMap(r.log().opening(), true).values()) {
            most = Math.max(most, lsn);
          }
        }
        needed.put(r.reader(), most);
        reached.put(r.reader(), r.from() - 1);
      }
      case Happening.Row row -> {
        reached.put(row.reader(), row.lsn());
        String written = acked.getOrDefault(row.log().channel(), Map.of()).get(row.lsn());
        if (written != null && !written.equals(row.text())) {
          throw new Violation(getClass(), written + " was acknowledged, read was " + row);
        }
      }
      case Happening.ReadToEnd e -> {
        long must = java.util.Objects.requireNonNull(needed.remove(e.reader()));
        long end = java.util.Objects.requireNonNull(reached.remove(e.reader()));
        if (end < must && must >= entries.truncated(e.log())) {
          throw new Violation(
              getClass(), "lsn " + must + " was acknowledged, but " + e + " ends at " + end);
        }
      }
      default -> {}
    }
  }

  private void acknowledged(Happening.Batch batch) {
    String channel = batch.log().channel();
    Map<Long, String> rows = acked.computeIfAbsent(channel, _ -> new TreeMap<>());
    for (int i = 0; i < batch.rows().size(); i++) {
      String before = rows.put(batch.first() + i, batch.rows().get(i));
      if (before != null) {
        throw new Violation(getClass(), before + " was acknowledged before, now " + batch);
      }
    }
    highest
        .computeIfAbsent(channel, _ -> new TreeMap<>())
        .merge(batch.log().opening(), batch.last(), Math::max);
  }
}
