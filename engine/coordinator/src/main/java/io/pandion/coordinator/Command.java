package io.pandion.coordinator;

import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import java.util.List;
import java.util.stream.Collectors;

/// Something that must be done. Carrying it out may fail or find the world changed: the next plan
/// asks again for what is still wanted.
sealed interface Command {
  /// Names the command over plans: one of a name runs at a time.
  String key();

  /// Builds an index on a segment.
  record BuildIndex(SegmentInfo segment, CollectionSchema schema, IndexInfo index)
      implements Command {
    @Override
    public String key() {
      return key(segment.id(), index.id());
    }

    static String key(long segmentId, long indexId) {
      return "index/" + segmentId + "/" + indexId;
    }
  }

  /// Removes files of indexes that were dropped from a segment's manifest.
  record StripIndexes(SegmentInfo segment) implements Command {
    @Override
    public String key() {
      return "strip/" + segment.id();
    }
  }

  /// Loads a segment on a query node, or brings it up to date.
  record Load(
      SegmentInfo segment,
      CollectionSchema schema,
      List<IndexInfo> indexes,
      List<SegmentInfo> deltas,
      String node,
      long deltaLsn)
      implements Command {
    @Override
    public String key() {
      return key(segment.id());
    }

    /// A copy is loaded or released, one at a time.
    static String key(long segmentId) {
      return "copy/" + segmentId;
    }
  }

  /// Tells a shard what to serve.
  record Distribute(String vchannel) implements Command {
    @Override
    public String key() {
      return "distribute/" + vchannel;
    }
  }

  /// Forgets copies that nobody needs.
  record Release(String node, List<Long> segmentIds) implements Command {
    @Override
    public String key() {
      return "release/" + node;
    }
  }

  /// Merges segments of one shard and partition, and takes deletes in.
  ///
  /// @param lastLsn deletes up to it are in the result
  /// @param manual the [ManualCompaction] that asked for it, or 0
  record Compact(
      List<SegmentInfo> sources,
      List<SegmentInfo> deltas,
      CollectionSchema schema,
      long lastLsn,
      long manual)
      implements Command {
    @Override
    public String key() {
      return sources.stream()
          .map(s -> Long.toString(s.id()))
          .collect(Collectors.joining("+", "compact/", ""));
    }

    List<Long> sourceIds() {
      return sources.stream().map(SegmentInfo::id).toList();
    }
  }

  /// Drops the L0 segments of a shard that all its segments have taken in.
  record DropDeltas(String vchannel) implements Command {
    @Override
    public String key() {
      return "deltas/" + vchannel;
    }
  }
}
