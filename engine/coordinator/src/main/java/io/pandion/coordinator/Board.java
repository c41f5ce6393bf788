package io.pandion.coordinator;

import io.pandion.cluster.Distribution;
import io.pandion.cluster.Distribution.Placement;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What is loaded, served, and asked for: all that a plan needs and that is not durable. Threads:
/// any number; a short lock, taken before that of the [Ledger].
final class Board {
  private static final int KEEP_MANUAL = 256;
  private final Ledger ledger;
  private final CoordinatorSettings settings;
  private final LongSupplier clock;
  private final Set<String> queryNodes = new HashSet<>();
  private final Map<Long, Copy> copies = new HashMap<>();
  private final Map<String, Served> served = new HashMap<>();
  private final Map<String, Long> deltaLsns = new HashMap<>();
  private final Map<Long, ManualCompaction> manual = new LinkedHashMap<>();
  private final Set<Long> merging = new HashSet<>();
  private final Set<Long> targets = new HashSet<>();
  private final Set<String> broken = new HashSet<>();
  private final Set<String> untold = new HashSet<>();
  private Map<Long, Long> deletedRows = Map.of();

  Board(Ledger ledger, CoordinatorSettings settings, LongSupplier clock) {
    this.ledger = ledger;
    this.settings = settings;
    this.clock = clock;
  }

  /// The world at one moment; forgets shards that are gone.
  synchronized PlanState snapshot() {
    Ledger.View view = ledger.view();
    Set<String> there = new HashSet<>();
    for (CollectionInfo collection : view.catalog().collections()) {
      collection.shards().stream().map(ShardInfo::vchannel).forEach(there::add);
    }
    served.keySet().retainAll(there);
    for (SegmentInfo segment : view.segments().values()) {
      if (segment.level() == SegmentInfo.Level.L0) {
        deltaLsns.merge(segment.vchannel(), segment.lastLsn(), Math::max);
      }
    }
    deltaLsns.keySet().retainAll(there);
    broken.retainAll(there);
    untold.retainAll(there);
    manual.replaceAll((_, asked) -> superseded(asked, view.segments()));
    return new PlanState(
        view.catalog(),
        view.segments(),
        PlanState.byShard(view.segments()),
        Map.copyOf(deltaLsns),
        Map.copyOf(copies),
        Map.copyOf(served),
        Set.copyOf(merging),
        Set.copyOf(broken),
        Set.copyOf(untold),
        deletedRows,
        Set.copyOf(queryNodes),
        List.copyOf(manual.values()),
        settings,
        clock.getAsLong());
  }

  /// Groups whose segments were dropped or merged by others need nothing any more.
  private static ManualCompaction superseded(
      ManualCompaction asked, Map<Long, SegmentInfo> segments) {
    List<List<Long>> pending =
        asked.pending().stream()
            .filter(g -> g.stream().map(segments::get).allMatch(s -> s != null && s.live()))
            .toList();
    int less = asked.pending().size() - pending.size();
    return less == 0
        ? asked
        : new ManualCompaction(
            asked.id(), pending, asked.done(), asked.completed() + less, asked.failed());
  }

  synchronized void attach(String queryNode) {
    queryNodes.add(queryNode);
  }

  /// A shard is about to be opened with these segments.
  synchronized void opened(String vchannel, List<SegmentInfo> segments) {
    Set<Long> ids = new HashSet<>();
    for (SegmentInfo s : segments) {
      ids.add(s.id());
      if (s.level() == SegmentInfo.Level.L0) {
        deltaLsns.merge(vchannel, s.lastLsn(), Math::max);
      }
    }
    served.put(vchannel, Served.opened(ids));
  }

  synchronized void loaded(Copy copy) {
    copies.put(copy.segment().id(), copy);
    notifyAll();
  }

  synchronized void released(String node, Collection<Long> segmentIds) {
    for (long id : segmentIds) {
      Copy copy = copies.get(id);
      if (copy != null && copy.node().equals(node)) {
        copies.remove(id);
      }
    }
    notifyAll();
  }

  /// A query node no longer has copies that it was asked to hold: the shards that serve them must
  /// stop before they are loaded again, because the new copies lack recent deletes.
  synchronized void lost(String node, Collection<Long> segmentIds) {
    released(node, segmentIds);
    served.forEach(
        (vchannel, shard) -> {
          if (segmentIds.stream().anyMatch(shard.placed()::containsKey)) {
            broken.add(vchannel);
          }
        });
  }

  /// Shards that serve hear once more what: one that had to stop begins again.
  synchronized void tellAgain() {
    served.forEach(
        (vchannel, shard) -> {
          if (shard.loaded()) {
            untold.add(vchannel);
          }
        });
  }

  synchronized void taken(String vchannel, Distribution distribution) {
    broken.remove(vchannel);
    untold.remove(vchannel);
    served.put(vchannel, Served.of(distribution));
    notifyAll();
  }

  /// A shard refused: new placements lack deletes.
  ///
  /// @return whether newer deltalogs can help
  synchronized boolean refused(String vchannel, Distribution distribution) {
    Served now = served.getOrDefault(vchannel, Served.opened(Set.of()));
    boolean helps = false;
    for (Placement p : distribution.placements()) {
      Copy copy = copies.get(p.segmentId());
      if (copy != null
          && !p.equals(now.placement(p.segmentId()))
          && copy.deltaLsn() < deltaLsns.getOrDefault(vchannel, 0L)) {
        copies.put(p.segmentId(), copy.asStale());
        helps = true;
      }
    }
    return helps;
  }

  /// Claims the sources of a compaction.
  ///
  /// @return false when another one has them
  synchronized boolean claim(Command.Compact compact) {
    if (compact.sourceIds().stream().anyMatch(merging::contains)) {
      return false;
    }
    return merging.addAll(compact.sourceIds());
  }

  synchronized void unclaim(Command.Compact compact) {
    compact.sourceIds().forEach(merging::remove);
  }

  /// A task begins or ends to write files of a segment that is not there yet.
  synchronized void writing(long segmentId, boolean begins) {
    if (begins) {
      targets.add(segmentId);
    } else {
      targets.remove(segmentId);
    }
  }

  synchronized boolean writes(long segmentId) {
    return targets.contains(segmentId);
  }

  synchronized void deletedRows(Map<Long, Long> rows) {
    deletedRows = Map.copyOf(rows);
  }

  synchronized void ask(ManualCompaction asked) {
    manual.put(asked.id(), asked);
    List<Long> done = new ArrayList<>();
    manual.forEach(
        (id, m) -> {
          if (m.pending().isEmpty()) {
            done.add(id);
          }
        });
    done.subList(0, Math.max(0, done.size() - KEEP_MANUAL)).forEach(manual::remove);
  }

  synchronized void merged(Command.Compact compact, long target) {
    manual.computeIfPresent(
        compact.manual(), (_, asked) -> asked.merged(compact.sourceIds(), target));
  }

  synchronized void failed(Command.Compact compact) {
    manual.computeIfPresent(compact.manual(), (_, asked) -> asked.failed(compact.sourceIds()));
  }

  synchronized Optional<ManualCompaction> manual(long id) {
    return Optional.ofNullable(manual.get(id)).map(m -> superseded(m, ledger.view().segments()));
  }

  /// Waits until all loaded segments of a collection know a version of its schema.
  ///
  /// @return false when that took too long
  synchronized boolean awaitSchema(long collectionId, int version, long millis) {
    long rounds = millis / 100;
    while (copies.values().stream()
        .anyMatch(c -> c.segment().collectionId() == collectionId && c.schemaVersion() < version)) {
      if (rounds-- == 0) {
        return false;
      }
      try {
        wait(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  /// Whether a shard may still have a growing copy, or serve a copy, of a segment.
  synchronized boolean holds(SegmentInfo segment) {
    @Nullable Served shard = served.get(segment.vchannel());
    return copies.containsKey(segment.id())
        || merging.contains(segment.id())
        || (shard != null
            && (shard.placed().containsKey(segment.id())
                || (segment.level() == SegmentInfo.Level.L1 && !shard.covers(segment.id()))));
  }

  synchronized List<Copy> copiesOn(String node) {
    return copies.values().stream().filter(c -> Objects.equals(c.node(), node)).toList();
  }
}
