package io.pandion.coordinator;

import io.pandion.meta.CollectionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.TimeTick;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Decides which segments of a shard are merged or rewritten, and which deletes they take in. Pure.
record Merges(PlanState state, CollectionInfo collection, String vchannel) {
  private static final int DELETED_SHARE = 5;
  private static final long YOUNG_MILLIS = 600_000;

  /// Compactions that the rules ask for.
  List<Command.Compact> due() {
    List<Command.Compact> out = new ArrayList<>();
    boolean pile = state.deltas(vchannel).size() > state.settings().deltaLimit();
    for (List<SegmentInfo> partition : partitions(s -> !state.merging().contains(s.id()))) {
      Set<Long> taken = new HashSet<>();
      List<SegmentInfo> small = partition.stream().filter(this::small).toList();
      if (small.size() >= Math.max(2, state.settings().mergeWidth())) {
        bins(small).stream().filter(b -> b.size() > 1).forEach(b -> add(out, taken, b));
      }
      if (pile) {
        List<SegmentInfo> behind =
            partition.stream()
                .filter(s -> !taken.contains(s.id()) && !state.deltasOf(s).isEmpty())
                .toList();
        bins(behind).forEach(b -> add(out, taken, b));
      }
      for (SegmentInfo s : partition) {
        if (!taken.contains(s.id()) && worn(s)) {
          add(out, taken, List.of(s));
        }
      }
    }
    return out;
  }

  /// Groups that a compaction by hand merges: all that fit together, and single segments with
  /// deletes.
  ///
  /// @param withDeletes segments whose own files hold deletes
  List<List<Long>> byHand(Set<Long> withDeletes) {
    List<List<Long>> out = new ArrayList<>();
    for (List<SegmentInfo> partition : partitions(s -> !state.merging().contains(s.id()))) {
      for (List<SegmentInfo> bin : bins(partition)) {
        SegmentInfo first = bin.getFirst();
        if (bin.size() > 1
            || withDeletes.contains(first.id())
            || !state.deltasOf(first).isEmpty()) {
          out.add(bin.stream().map(SegmentInfo::id).toList());
        }
      }
    }
    return out;
  }

  /// L0 segments that every segment they concern has taken in.
  List<SegmentInfo> spent() {
    List<SegmentInfo> rows = state.rows(vchannel);
    return state.deltas(vchannel).stream()
        .filter(d -> rows.stream().noneMatch(s -> PlanState.lacks(s, d)))
        .toList();
  }

  Command.Compact compact(List<SegmentInfo> sources, long manual) {
    long oldest = sources.stream().mapToLong(SegmentInfo::lastLsn).min().orElseThrow();
    Set<SegmentInfo> deltas = new HashSet<>();
    sources.forEach(s -> deltas.addAll(state.deltasOf(s)));
    return new Command.Compact(
        sources,
        state.deltas(vchannel).stream().filter(deltas::contains).toList(),
        collection.schema(),
        Math.max(oldest, state.deltaLsns().getOrDefault(vchannel, 0L)),
        manual);
  }

  private void add(List<Command.Compact> out, Set<Long> taken, List<SegmentInfo> sources) {
    sources.forEach(s -> taken.add(s.id()));
    out.add(compact(sources, 0));
  }

  private List<List<SegmentInfo>> partitions(Predicate<SegmentInfo> which) {
    Map<Long, List<SegmentInfo>> out = new TreeMap<>();
    for (SegmentInfo s : state.rows(vchannel)) {
      if (which.test(s)) {
        out.computeIfAbsent(s.partitionId(), _ -> new ArrayList<>()).add(s);
      }
    }
    return List.copyOf(out.values());
  }

  private boolean small(SegmentInfo s) {
    return s.bytes() < state.settings().smallSegmentBytes();
  }

  /// A fifth of its rows is deleted, and for long enough that a rewrite removes them.
  private boolean worn(SegmentInfo s) {
    long age = state.nowMillis() - TimeTick.millis(s.id());
    return state.deletedRows().getOrDefault(s.id(), 0L) * DELETED_SHARE > s.rows()
        && age > Math.max(YOUNG_MILLIS, 2 * state.settings().deleteRetention());
  }

  /// Segments in order, as many together as the largest segment allows.
  private List<List<SegmentInfo>> bins(List<SegmentInfo> segments) {
    List<List<SegmentInfo>> out = new ArrayList<>();
    List<SegmentInfo> bin = new ArrayList<>();
    long bytes = 0;
    for (SegmentInfo s : segments) {
      if (!bin.isEmpty() && bytes + s.bytes() > state.settings().largestSegmentBytes()) {
        out.add(bin);
        bin = new ArrayList<>();
        bytes = 0;
      }
      bin.add(s);
      bytes += s.bytes();
    }
    if (!bin.isEmpty()) {
      out.add(bin);
    }
    return out;
  }
}
