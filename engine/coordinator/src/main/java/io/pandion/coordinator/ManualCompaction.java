package io.pandion.coordinator;

import io.pandion.cluster.Coordinator.CompactionStatus;
import java.util.ArrayList;
import java.util.List;

/// A compaction that was asked for. Immutable.
///
/// @param pending groups of segments that are still to be merged
/// @param done merges that were made
record ManualCompaction(
    long id,
    List<List<Long>> pending,
    List<CompactionStatus.Plan> done,
    int completed,
    int failed) {
  ManualCompaction {
    pending = List.copyOf(pending);
    done = List.copyOf(done);
  }

  /// @param target the new segment, or 0 when nothing was left of the group
  ManualCompaction merged(List<Long> group, long target) {
    List<CompactionStatus.Plan> plans = new ArrayList<>(done);
    plans.add(new CompactionStatus.Plan(group, target));
    return new ManualCompaction(id, without(group), plans, completed + 1, failed);
  }

  ManualCompaction failed(List<Long> group) {
    return new ManualCompaction(id, without(group), done, completed, failed + 1);
  }

  private List<List<Long>> without(List<Long> group) {
    return pending.stream().filter(g -> !g.equals(group)).toList();
  }

  CompactionStatus status() {
    return new CompactionStatus(pending.isEmpty(), pending.size(), completed, failed, done);
  }
}
