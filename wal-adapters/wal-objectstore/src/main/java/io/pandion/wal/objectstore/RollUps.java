package io.pandion.wal.objectstore;

import java.util.ArrayList;
import java.util.List;

/// Which slots have a [RollUp] together: so many, counted from the stream's first.
///
/// @param slots of one roll-up; the same for all nodes of a cluster, for ever
record RollUps(int slots) {
  /// Ends of the groups that are whole once slots below `below` are there, and were not before.
  List<Long> ends(long before, long below) {
    List<Long> out = new ArrayList<>();
    for (long end = first(before) + slots; end <= below; end += slots) {
      out.add(end);
    }
    return out;
  }

  /// First slot of a slot's group.
  long first(long slot) {
    return slot - slot % slots;
  }
}
