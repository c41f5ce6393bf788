package io.pandion.wal.objectstore.sim;

import com.fasterxml.jackson.databind.JsonNode;
import io.pandion.wal.objectstore.PlantedFault;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Deleted is only what no extent of any channel names and what lies below the low-water mark; a
/// FENCE or CLOSE object never; a roll-up when all slots that it may hold have gone. Where the meta
/// store names the objects, what lies behind the end of its stream may go, too, and roll-ups of a
/// stream that has ended: their writer, who was paused, may name them a moment after they were
/// looked at. A stream ends once, and its marks do not fall while it is known.
///
/// A stream that was collected whole is forgotten. What is deleted then lies below the mark that
/// was written before: deletes, and creates of a writer that was paused, may come as late as they
/// like. So may the fence of a taker that was replaced: put into a slot that was collected, it is
/// not the end of its stream, which is further on.
final class NeededObjectsStay implements Invariant {
  private static final String ROOT = "wal/v1/";
  private static final int DATA = 1;
  private static final int ROLL_UP = 4;
  private final ChannelEntries entries = new ChannelEntries();

  /// Highest low-water mark that was ever written, by stream.
  private final Map<String, Long> marks = new TreeMap<>();

  /// FENCE objects that were put below the mark.
  private final Set<String> late = new TreeSet<>();

  private boolean named;

  @Override
  public void see(Happening happening) {
    switch (happening) {
      case Happening.Named _ -> named = true;
      case Happening.Created c
          when c.kind() != DATA && c.kind() != ROLL_UP && c.name().startsWith(ROOT) -> {
        String[] path = c.name().substring(ROOT.length()).split("/", -1);
        if (Long.parseLong(path[2]) < marks.getOrDefault(path[1], 0L)) {
          late.add(c.name());
        }
      }
      case Happening.Deleted d when d.name().startsWith(ROOT) -> deleted(d);
      case Happening.Committed c when !ChannelEntries.isChannel(c.key()) && !c.value().isEmpty() ->
          stream(c);
      default -> entries.see(happening);
    }
  }

  private void deleted(Happening.Deleted d) {
    String[] path = d.name().substring(ROOT.length()).split("/", -1);
    String stream = path[1];
    long end = entries.stream(stream).path("end").asLong(-1);
    if (d.kind() == ROLL_UP) {
      long behind = Long.parseLong(path[3]) + PlantedFault.ROLL_UP_SLOTS;
      boolean ended = named && end >= 0;
      if (!ended && behind > marks.getOrDefault(stream, 0L)) {
        throw new Violation(getClass(), d + " may hold slots that are needed");
      }
      return;
    }
    long slot = Long.parseLong(path[2]);
    if (d.kind() != DATA && !late.contains(d.name())) {
      throw new Violation(getClass(), d + " is an end");
    }
    if (named && end >= 0 && slot > end) {
      return;
    }
    for (Map.Entry<String, JsonNode> channel : entries.channels().entrySet()) {
      for (JsonNode extent : channel.getValue().path("extents")) {
        long to = extent.path("toSlot").asLong();
        if (extent.path("stream").asText().equals(stream)
            && slot >= extent.path("fromSlot").asLong()
            && (to < 0 || slot < to)) {
          throw new Violation(getClass(), d + " is needed by " + channel);
        }
      }
    }
    if (slot >= marks.getOrDefault(stream, 0L)) {
      throw new Violation(getClass(), d + " is not below the mark of " + entries.stream(stream));
    }
  }

  private void stream(Happening.Committed c) {
    String name = ChannelEntries.name(c.key());
    JsonNode before = entries.stream(name);
    entries.see(c);
    JsonNode now = entries.stream(name);
    long mark = marks.merge(name, now.path("lowWater").asLong(), Math::max);
    long end = before.path("end").asLong(-1);
    if ((end >= 0 && now.path("end").asLong() != end)
        || now.path("lowWater").asLong() < before.path("lowWater").asLong()
        || now.path("deleted").asLong() < before.path("deleted").asLong()
        || now.path("deleted").asLong() > mark) {
      throw new Violation(getClass(), before + " becomes " + c);
    }
  }
}
