package io.pandion.wal.objectstore.sim;

import com.fasterxml.jackson.databind.JsonNode;

/// A channel's extents follow each other without a hole, terms and openings do not fall, only the
/// last extent is open, and the checkpoint rises and never passes what the owner truncated.
final class ExtentsAreContiguous implements Invariant {
  private final ChannelEntries entries = new ChannelEntries();

  @Override
  public void see(Happening happening) {
    if (happening instanceof Happening.Committed c && ChannelEntries.isChannel(c.key())) {
      String channel = ChannelEntries.name(c.key());
      JsonNode before = entries.channel(channel);
      entries.see(happening);
      String wrong = wrong(before, entries.channel(channel), entries.truncated(channel));
      if (!wrong.isEmpty()) {
        throw new Violation(getClass(), wrong + ": " + before + " becomes " + c);
      }
      return;
    }
    entries.see(happening);
  }

  private static String wrong(JsonNode before, JsonNode now, long truncated) {
    if (now.path("term").asLong() < before.path("term").asLong()) {
      return "the term falls";
    }
    if (now.path("opening").asLong() < before.path("opening").asLong()) {
      return "the opening falls";
    }
    if (now.path("baseSeq").asLong() < before.path("baseSeq").asLong(1)) {
      return "the checkpoint falls";
    }
    if (now.path("baseSeq").asLong() > truncated) {
      return "the checkpoint passes " + truncated;
    }
    return wrongExtents(now);
  }

  private static String wrongExtents(JsonNode now) {
    long next = now.path("baseSeq").asLong();
    long term = 0;
    boolean open = false;
    for (JsonNode extent : now.path("extents")) {
      if (open) {
        return "an extent follows an open one";
      }
      if (extent.path("firstSeq").asLong() != next) {
        return "an extent begins at " + extent.path("firstSeq") + " where " + next + " is next";
      }
      if (extent.path("term").asLong() < term) {
        return "the terms of extents fall";
      }
      next = extent.path("lastSeq").asLong() + 1;
      term = extent.path("term").asLong();
      open = extent.path("toSlot").asLong() < 0;
    }
    return term > now.path("term").asLong() ? "an extent's term is above the channel's" : "";
  }
}
