package io.pandion.wal.objectstore.sim;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/// Where the meta store names the objects: what it names is there, and stays what is named, unless
/// it lies in a slot that was collected or behind its stream's end; and no object is replaced by
/// other bytes.
final class NamesAreFinal implements Invariant {
  private static final String ROOT = "wal/v1/";
  private final ChannelEntries entries = new ChannelEntries();

  /// Highest low-water mark that was ever written, by stream.
  private final Map<String, Long> marks = new HashMap<>();

  @Override
  public void see(Happening happening) {
    entries.see(happening);
    switch (happening) {
      case Happening.Committed c
          when !ChannelEntries.isChannel(c.key()) && !c.value().isEmpty() -> {
        String stream = ChannelEntries.name(c.key());
        marks.merge(stream, entries.stream(stream).path("lowWater").asLong(), Math::max);
      }
      case Happening.Named n when n.name().startsWith(ROOT) -> {
        if (!n.before().isEmpty()) {
          throw new Violation(getClass(), n + ": the name was taken");
        }
        if (!n.there() && isNeeded(n.name())) {
          throw new Violation(getClass(), n + ": there is no such object");
        }
      }
      case Happening.Overwritten o -> throw new Violation(getClass(), o.toString());
      default -> {}
    }
  }

  private boolean isNeeded(String name) {
    if (name.contains("/idx/")) {
      // nothing is lost without a roll-up
      return false;
    }
    String[] path = name.substring(ROOT.length()).split("/", -1);
    long slot = Long.parseLong(path[2]);
    JsonNode stream = entries.stream(path[1]);
    long end = stream.path("end").asLong(-1);
    return !stream.isMissingNode()
        && slot >= marks.getOrDefault(path[1], 0L)
        && (end < 0 || slot <= end);
  }
}
