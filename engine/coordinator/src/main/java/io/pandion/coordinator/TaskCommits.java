package io.pandion.coordinator;

import io.pandion.cluster.DataNode.TaskStatus;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.PandionException;
import io.pandion.storage.FileRef;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentManifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Makes results of tasks count: the manifest first, then one transaction that holds only if what
/// the task worked on is still there. Whatever does not count is garbage. Threads: any number.
final class TaskCommits {
  private final Ledger ledger;
  private final ManifestStore manifests;
  private final TickOracle ticks;

  TaskCommits(Ledger ledger, ManifestStore manifests, TickOracle ticks) {
    this.ledger = ledger;
    this.manifests = manifests;
    this.ticks = ticks;
  }

  /// A segment has an index now, unless either was dropped meanwhile.
  void indexed(SegmentInfo segment, IndexInfo index, TaskStatus status) {
    rewrite(segment.id(), Map.of(index.id(), TaskFiles.refs(status.files())));
  }

  /// A segment's manifest without files of indexes that were dropped.
  void stripped(SegmentInfo segment) {
    rewrite(segment.id(), Map.of());
  }

  private void rewrite(long segmentId, Map<Long, List<FileRef>> built) {
    boolean committed = false;
    while (!committed) {
      Optional<SegmentInfo> held = ledger.segment(segmentId).filter(SegmentInfo::live);
      if (held.isEmpty()) {
        return;
      }
      SegmentInfo before = held.get();
      Set<Long> there = indexes(before);
      if (!there.containsAll(built.keySet())) {
        return;
      }
      SegmentManifest next = next(before, there, built);
      long version = manifests.write(next);
      Map<Long, Long> indexes = new HashMap<>(before.indexes());
      built.keySet().forEach(id -> indexes.put(id, version));
      indexes.keySet().retainAll(there);
      synchronized (ledger) {
        if (ledger.segment(segmentId).equals(held) && indexes(before).equals(there)) {
          SegmentInfo after = SegmentStates.indexed(before, version, indexes);
          ledger.commit(new Changes().put(Ledger.segmentKey(after), after));
          committed = true;
        }
      }
    }
  }

  private Set<Long> indexes(SegmentInfo segment) {
    return ledger.catalog().indexes(segment.collectionId()).stream()
        .map(IndexInfo::id)
        .collect(Collectors.toSet());
  }

  private SegmentManifest next(
      SegmentInfo segment, Set<Long> there, Map<Long, List<FileRef>> built) {
    SegmentManifest m =
        manifests.read(
            segment.collectionId(), segment.partitionId(), segment.id(), segment.manifestVersion());
    List<FileRef> files = new ArrayList<>();
    for (FileRef file : m.files()) {
      boolean ofIndex = file.kind() == FileRef.Kind.INDEX;
      if (!ofIndex || (there.contains(file.indexId()) && !built.containsKey(file.indexId()))) {
        files.add(file);
      }
    }
    built.values().forEach(files::addAll);
    return new SegmentManifest(
        m.segmentId(),
        m.collectionId(),
        m.partitionId(),
        m.vchannel(),
        m.level(),
        m.version() + 1,
        m.rows(),
        m.firstLsn(),
        m.lastLsn(),
        m.firstTick(),
        m.lastTick(),
        m.schema(),
        files,
        m.compactedFrom());
  }

  /// The result of a compaction replaces its sources, all of them or none.
  ///
  /// @return the new segment, or 0 when no row is left
  /// @throws PandionException UNAVAILABLE_RETRY when a source was dropped meanwhile
  long compacted(Command.Compact compact, long target, TaskStatus status) {
    Optional<SegmentInfo> result =
        status.rows() == 0 ? Optional.empty() : Optional.of(result(compact, target, status));
    synchronized (ledger) {
      Changes changes = new Changes();
      long tick = ticks.next();
      for (SegmentInfo source : compact.sources()) {
        SegmentInfo now = ledger.segment(source.id()).filter(SegmentInfo::live).orElse(null);
        if (now == null) {
          throw PandionException.unavailable(
              "segment " + source.id() + " was dropped while it was compacted; nothing is lost");
        }
        changes.put(Ledger.segmentKey(now), SegmentStates.dropped(now, tick));
      }
      result.ifPresent(r -> changes.put(Ledger.segmentKey(r), r));
      ledger.commit(changes);
    }
    return result.map(SegmentInfo::id).orElse(0L);
  }

  private SegmentInfo result(Command.Compact compact, long target, TaskStatus status) {
    List<SegmentInfo> sources = compact.sources();
    SegmentInfo first = sources.getFirst();
    List<FileRef> files = TaskFiles.refs(status.files());
    long firstLsn = sources.stream().mapToLong(SegmentInfo::firstLsn).min().orElseThrow();
    long version =
        manifests.write(
            new SegmentManifest(
                target,
                first.collectionId(),
                first.partitionId(),
                first.vchannel(),
                SegmentInfo.Level.L2.name(),
                1,
                status.rows(),
                firstLsn,
                compact.lastLsn(),
                status.firstTick(),
                status.lastTick(),
                compact.schema(),
                files,
                compact.sourceIds()));
    return new SegmentInfo(
        target,
        first.collectionId(),
        first.partitionId(),
        first.vchannel(),
        SegmentInfo.State.FLUSHED,
        SegmentInfo.Level.L2,
        version,
        status.rows(),
        files.stream().mapToLong(FileRef::length).sum(),
        firstLsn,
        compact.lastLsn(),
        status.firstTick(),
        status.lastTick(),
        Map.of(),
        compact.sourceIds(),
        0);
  }

  /// Drops the L0 segments of a shard that all its segments have taken in.
  void dropDeltas(Board board, String vchannel) {
    synchronized (board) {
      synchronized (ledger) {
        PlanState state = board.snapshot();
        Changes changes = new Changes();
        long tick = ticks.next();
        state.catalog().collections().stream()
            .filter(c -> c.shards().stream().anyMatch(s -> s.vchannel().equals(vchannel)))
            .flatMap(c -> new Merges(state, c, vchannel).spent().stream())
            .map(s -> Objects.requireNonNull(SegmentStates.dropped(s, tick)))
            .forEach(s -> changes.put(Ledger.segmentKey(s), s));
        ledger.commit(changes);
      }
    }
  }
}
