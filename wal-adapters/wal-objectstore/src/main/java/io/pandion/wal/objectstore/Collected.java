package io.pandion.wal.objectstore;

import java.util.function.Predicate;

/// Whether a slot, by its object's name, may have been collected: its stream's low-water mark is
/// above it, which is written before anything is deleted, or its stream is not known any more. A
/// roll-up may always be gone.
record Collected(WalMeta meta) implements Predicate<String> {
  @Override
  public boolean test(String object) {
    if (!object.startsWith(StreamId.ROOT) || StreamId.isRollUp(object)) {
      return true;
    }
    String[] path = object.split("/", -1);
    long slot = Long.parseLong(path[path.length - 1]);
    return meta.stream(path[path.length - 2])
        .map(seen -> slot < seen.record().lowWater())
        .orElse(true);
  }
}
