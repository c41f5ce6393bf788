package io.pandion.coordinator;

import io.pandion.cluster.Coordinator.IndexProgress;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How far loads and index builds are. Pure but for the failures it asks for.
record Reports(PlanState state, CollectionInfo collection) {
  private static final int DONE = 100;
  private static final int NEARLY = 99;

  /// Percent per loaded partition; 100 = all shards serve it.
  ///
  /// @throws PandionException CORRUPT_DATA when a segment cannot be loaded because it is damaged
  Map<Long, Integer> load(Attempts attempts) {
    Map<Long, Integer> out = new TreeMap<>();
    Optional<LoadInfo> load = state.catalog().load(collection.id());
    if (load.isPresent()) {
      for (PartitionInfo partition : state.catalog().partitions(collection.id())) {
        if (load.get().covers(partition.id())) {
          checkDamage(partition.id(), attempts);
          out.put(partition.id(), percent(partition.id()));
        }
      }
    }
    return out;
  }

  private void checkDamage(long partitionId, Attempts attempts) {
    for (ShardInfo shard : collection.shards()) {
      for (SegmentInfo s : state.rows(shard.vchannel())) {
        Attempts.@Nullable Failure last = attempts.failure(Command.Load.key(s.id()));
        if (s.partitionId() == partitionId
            && last != null
            && last.damaged()
            && state.copy(s.id()) == null) {
          throw PandionException.corrupt(
              "segment "
                  + s.id()
                  + " of collection '"
                  + collection.name()
                  + "' cannot be loaded: "
                  + last.error());
        }
      }
    }
  }

  private int percent(long partitionId) {
    long rows = 0;
    long loaded = 0;
    boolean served = true;
    for (ShardInfo shard : collection.shards()) {
      served &= state.served(shard.vchannel()).serves(partitionId);
      for (SegmentInfo s : state.rows(shard.vchannel())) {
        if (s.partitionId() == partitionId) {
          rows += s.rows();
          loaded += state.copy(s.id()) == null ? 0 : s.rows();
        }
      }
    }
    return served ? DONE : rows == 0 ? 0 : (int) Math.min(NEARLY, loaded * DONE / rows);
  }

  List<IndexProgress> indexes(Attempts attempts) {
    List<IndexProgress> out = new ArrayList<>();
    for (IndexInfo index : state.catalog().indexes(collection.id())) {
      out.add(index(index, attempts));
    }
    return out;
  }

  private IndexProgress index(IndexInfo index, Attempts attempts) {
    long total = 0;
    long indexed = 0;
    long pending = 0;
    int failed = 0;
    String failure = "";
    for (ShardInfo shard : collection.shards()) {
      for (SegmentInfo s : state.rows(shard.vchannel())) {
        total += s.rows();
        if (s.indexes().containsKey(index.id())
            || !IndexRules.wanted(collection.schema(), index, s)) {
          indexed += s.rows();
          continue;
        }
        Attempts.@Nullable Failure last =
            attempts.failure(Command.BuildIndex.key(s.id(), index.id()));
        if (last != null && last.count() >= state.settings().taskAttempts()) {
          failed++;
          failure = "segment " + s.id() + ": " + last.error();
        } else {
          pending += s.rows();
        }
      }
    }
    return new IndexProgress(index.id(), total, indexed, pending, failed, failure);
  }
}
