package io.pandion.coordinator;

import io.pandion.cluster.GrowingInfo;
import io.pandion.cluster.StreamingNode;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.PandionException;
import io.pandion.model.TimeTick;
import io.pandion.storage.FileRef;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.SegmentFiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Removes what nobody needs: files of segments that were dropped long ago, files of the bucket
/// that no live manifest names, and the records of segments that no log mentions. Threads: one at a
/// time.
final class Garbage {
  private static final int BATCH = 100;
  static final String ROOT = "seg/";
  private final Board board;
  private final Attempts attempts;
  private final Ledger ledger;
  private final Shards shards;
  private final ObjectStore objects;
  private final ManifestStore manifests;
  private final Snapshots snapshots;

  /// When a file was first seen that nothing names.
  private Map<String, Long> orphans = Map.of();

  Garbage(
      Board board,
      Attempts attempts,
      Ledger ledger,
      Shards shards,
      ObjectStore objects,
      ManifestStore manifests,
      Snapshots snapshots) {
    this.board = board;
    this.attempts = attempts;
    this.ledger = ledger;
    this.shards = shards;
    this.objects = objects;
    this.manifests = manifests;
    this.snapshots = snapshots;
  }

  void collect() {
    List<String> names = objects.list(ROOT);
    PlanState state = board.snapshot();
    // What goes now is not named by the newest copy of the catalog either.
    snapshots.save();
    removeOrphans(state, names);
    expire(state);
  }

  private void expire(PlanState state) {
    Set<String> there = new HashSet<>();
    for (CollectionInfo collection : state.catalog().collections()) {
      collection.shards().stream().map(ShardInfo::vchannel).forEach(there::add);
    }
    List<SegmentInfo> gone = new ArrayList<>();
    Set<String> behind = new HashSet<>();
    for (SegmentInfo s : state.segments().values()) {
      if (!s.live() && old(state, s.dropTick()) && !board.holds(s)) {
        if (!there.contains(s.vchannel()) || ledger.checkpoint(s.vchannel()).lsn() >= s.lastLsn()) {
          gone.add(s);
        } else {
          behind.add(s.vchannel());
        }
      }
    }
    for (SegmentInfo s : gone) {
      objects
          .list(SegmentFiles.prefix(s.collectionId(), Math.max(0, s.partitionId()), s.id()))
          .forEach(objects::delete);
    }
    for (int i = 0; i < gone.size(); i += BATCH) {
      Changes changes = new Changes();
      gone.subList(i, Math.min(gone.size(), i + BATCH))
          .forEach(s -> changes.remove(Ledger.segmentKey(s)));
      ledger.commit(changes);
    }
    forgetShards(there);
    behind.forEach(this::advance);
  }

  private static boolean old(PlanState state, long tick) {
    return TimeTick.millis(tick) + state.settings().gcDelay() <= state.nowMillis();
  }

  /// Shards that no catalog names and no segment is left of.
  private void forgetShards(Set<String> there) {
    synchronized (ledger) {
      Ledger.View view = ledger.view();
      Set<String> needed = new HashSet<>(there);
      view.catalog().collections().forEach(c -> c.shards().forEach(s -> needed.add(s.vchannel())));
      view.segments().values().forEach(s -> needed.add(s.vchannel()));
      Changes changes = new Changes();
      for (String vchannel : view.shards().keySet()) {
        if (!needed.contains(vchannel) && changes.byKey.size() < BATCH) {
          changes.remove(Ledger.checkpointKey(vchannel));
          changes.remove(Ledger.truncationKey(vchannel));
        }
      }
      ledger.commit(changes);
    }
  }

  /// An idle shard's checkpoint holds records back: it is asked to move on.
  private void advance(String vchannel) {
    try {
      shards.owner(vchannel).checkpoint(vchannel);
    } catch (PandionException e) {
      if (e.reason() != PandionException.Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  private void removeOrphans(PlanState state, List<String> names) {
    Set<Long> growing = growing(state);
    Map<Long, Set<String>> named = new HashMap<>();
    Map<String, Long> found = new HashMap<>();
    for (String name : names) {
      long id = segment(name);
      SegmentInfo known = state.segments().get(id);
      boolean needed =
          known != null
              ? !known.live()
                  || attempts.anyRunning("index/" + id + "/")
                  || named.computeIfAbsent(id, _ -> files(known)).contains(name)
              : id < 0 || growing.contains(id) || board.writes(id) || !old(state, id);
      if (!needed) {
        long since = orphans.getOrDefault(name, state.nowMillis());
        if (since + state.settings().gcDelay() <= state.nowMillis() && orphans.containsKey(name)) {
          objects.delete(name);
        } else {
          found.put(name, since);
        }
      }
    }
    orphans = found;
  }

  /// Segments that streaming nodes may be writing files of.
  private Set<Long> growing(PlanState state) {
    Set<Long> out = new HashSet<>();
    for (StreamingNode node : shards.nodes()) {
      for (CollectionInfo collection : state.catalog().collections()) {
        node.growing(collection.id()).stream().map(GrowingInfo::segmentId).forEach(out::add);
      }
    }
    return out;
  }

  private Set<String> files(SegmentInfo s) {
    Set<String> out = new HashSet<>();
    long version = s.manifestVersion();
    out.add(ManifestStore.name(s.collectionId(), s.partitionId(), s.id(), version));
    manifests.read(s.collectionId(), s.partitionId(), s.id(), version).files().stream()
        .map(FileRef::name)
        .forEach(out::add);
    return out;
  }

  /// Segment of `seg/{collection}/{partition}/{segment}/…`, or -1 when it is no such name.
  private static long segment(String name) {
    String[] parts = name.split("/", 5);
    try {
      return parts.length == 5 ? Long.parseLong(parts[3]) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
