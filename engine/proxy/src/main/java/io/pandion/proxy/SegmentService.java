package io.pandion.proxy;

import io.pandion.cluster.Coordinator.CompactionStatus;
import io.pandion.cluster.GrowingInfo;
import io.pandion.cluster.StreamingNode;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.PandionException;
import io.pandion.protocol.CompactionMergeInfo;
import io.pandion.protocol.CompactionState;
import io.pandion.protocol.GetCollectionStatisticsResponse;
import io.pandion.protocol.GetCompactionPlansResponse;
import io.pandion.protocol.GetCompactionStateResponse;
import io.pandion.protocol.GetPartitionStatisticsResponse;
import io.pandion.protocol.GetPersistentSegmentInfoResponse;
import io.pandion.protocol.GetQuerySegmentInfoResponse;
import io.pandion.protocol.GetReplicasRequest;
import io.pandion.protocol.GetReplicasResponse;
import io.pandion.protocol.KeyValuePair;
import io.pandion.protocol.ManualCompactionRequest;
import io.pandion.protocol.ManualCompactionResponse;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.PersistentSegmentInfo;
import io.pandion.protocol.QuerySegmentInfo;
import io.pandion.protocol.ReplicaInfo;
import io.pandion.protocol.SegmentLevel;
import io.pandion.protocol.SegmentState;
import io.pandion.protocol.ShardReplica;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongPredicate;

/// Segments: how many rows they hold, where they are, and their compaction.
///
/// @param owners the streaming node that serves a vchannel
record SegmentService(Catalog catalog, Function<String, StreamingNode> owners) {
  /// Pandion has one replica of a collection, in one resource group.
  private static final String RESOURCE_GROUP = "__default_resource_group";

  void register(Calls calls) {
    calls.on(
        MilvusServiceGrpc.getGetCollectionStatisticsMethod(),
        (q, db) ->
            GetCollectionStatisticsResponse.newBuilder()
                .addStats(rows(catalog.collection(db, q.getCollectionName()), _ -> true))
                .build());
    calls.on(
        MilvusServiceGrpc.getGetPartitionStatisticsMethod(),
        (q, db) -> {
          CollectionInfo collection = catalog.collection(db, q.getCollectionName());
          long partition = catalog.partition(collection, q.getPartitionName()).id();
          return GetPartitionStatisticsResponse.newBuilder()
              .addStats(rows(collection, id -> id == partition))
              .build();
        });
    calls.on(
        MilvusServiceGrpc.getGetPersistentSegmentInfoMethod(),
        (q, db) -> persistent(catalog.collection(db, q.getCollectionName())));
    calls.on(
        MilvusServiceGrpc.getGetQuerySegmentInfoMethod(),
        (q, db) -> loaded(catalog.collection(db, q.getCollectionName())));
    calls.on(MilvusServiceGrpc.getGetReplicasMethod(), this::replicas);
    calls.on(MilvusServiceGrpc.getManualCompactionMethod(), this::compact);
    calls.on(
        MilvusServiceGrpc.getGetCompactionStateMethod(),
        (q, _) -> state(catalog.coordinator().compaction(q.getCompactionID())));
    calls.on(
        MilvusServiceGrpc.getGetCompactionStateWithPlansMethod(),
        (q, _) -> plans(catalog.coordinator().compaction(q.getCompactionID())));
  }

  /// Rows in segments, deleted ones included until they are compacted away, as in Milvus.
  private KeyValuePair rows(CollectionInfo collection, LongPredicate partition) {
    long rows = 0;
    for (SegmentInfo segment : filed(collection)) {
      rows += partition.test(segment.partitionId()) ? segment.rows() : 0;
    }
    for (GrowingInfo segment : growing(collection)) {
      rows += partition.test(segment.partitionId()) ? segment.rows() : 0;
    }
    return KeyValuePair.newBuilder().setKey("row_count").setValue(Long.toString(rows)).build();
  }

  /// Live segments of rows that have files.
  private List<SegmentInfo> filed(CollectionInfo collection) {
    return catalog.coordinator().segments(collection.id()).stream()
        .filter(s -> s.live() && s.level() != SegmentInfo.Level.L0)
        .toList();
  }

  /// Segments without files; those that got files meanwhile are left out.
  private List<GrowingInfo> growing(CollectionInfo collection) {
    Set<StreamingNode> nodes = Collections.newSetFromMap(new IdentityHashMap<>());
    for (ShardInfo shard : collection.shards()) {
      nodes.add(owners.apply(shard.vchannel()));
    }
    List<GrowingInfo> out = new ArrayList<>();
    nodes.forEach(node -> out.addAll(node.growing(collection.id())));
    List<Long> filed =
        catalog.coordinator().segments(collection.id()).stream().map(SegmentInfo::id).toList();
    out.removeIf(segment -> filed.contains(segment.segmentId()));
    return out;
  }

  private GetPersistentSegmentInfoResponse persistent(CollectionInfo collection) {
    GetPersistentSegmentInfoResponse.Builder out = GetPersistentSegmentInfoResponse.newBuilder();
    for (SegmentInfo segment : filed(collection)) {
      out.addInfos(
          PersistentSegmentInfo.newBuilder()
              .setSegmentID(segment.id())
              .setCollectionID(collection.id())
              .setPartitionID(segment.partitionId())
              .setNumRows(segment.rows())
              .setState(SegmentState.Flushed)
              .setLevel(level(segment)));
    }
    for (GrowingInfo segment : growing(collection)) {
      out.addInfos(
          PersistentSegmentInfo.newBuilder()
              .setSegmentID(segment.segmentId())
              .setCollectionID(collection.id())
              .setPartitionID(segment.partitionId())
              .setNumRows(segment.rows())
              .setState(segment.sealed() ? SegmentState.Sealed : SegmentState.Growing)
              .setLevel(SegmentLevel.L1));
    }
    return out.build();
  }

  private GetQuerySegmentInfoResponse loaded(CollectionInfo collection) {
    GetQuerySegmentInfoResponse.Builder out = GetQuerySegmentInfoResponse.newBuilder();
    LoadInfo load = catalog.now().load(collection.id()).orElse(null);
    if (load == null) {
      return out.build();
    }
    List<IndexInfo> indexes = catalog.now().indexes(collection.id());
    for (SegmentInfo segment : filed(collection)) {
      if (load.covers(segment.partitionId())) {
        QuerySegmentInfo.Builder info =
            QuerySegmentInfo.newBuilder()
                .setSegmentID(segment.id())
                .setCollectionID(collection.id())
                .setPartitionID(segment.partitionId())
                .setMemSize(segment.bytes())
                .setNumRows(segment.rows())
                .setState(SegmentState.Sealed)
                .setLevel(level(segment));
        indexes.stream()
            .filter(index -> segment.indexes().containsKey(index.id()))
            .findFirst()
            .ifPresent(index -> info.setIndexID(index.id()).setIndexName(index.name()));
        out.addInfos(info);
      }
    }
    for (GrowingInfo segment : growing(collection)) {
      if (load.covers(segment.partitionId())) {
        out.addInfos(
            QuerySegmentInfo.newBuilder()
                .setSegmentID(segment.segmentId())
                .setCollectionID(collection.id())
                .setPartitionID(segment.partitionId())
                .setMemSize(segment.bytes())
                .setNumRows(segment.rows())
                .setState(segment.sealed() ? SegmentState.Sealed : SegmentState.Growing)
                .setLevel(SegmentLevel.L1));
      }
    }
    return out.build();
  }

  private static SegmentLevel level(SegmentInfo segment) {
    return switch (segment.level()) {
      case L0 -> SegmentLevel.L0;
      case L1 -> SegmentLevel.L1;
      case L2 -> SegmentLevel.L2;
    };
  }

  private GetReplicasResponse replicas(GetReplicasRequest request, String database) {
    CollectionInfo collection =
        catalog.collection(database, request.getCollectionName(), request.getCollectionID());
    LoadChecks.check(catalog, collection, Set.of());
    ReplicaInfo.Builder replica =
        ReplicaInfo.newBuilder()
            .setReplicaID(collection.id())
            .setCollectionID(collection.id())
            .setResourceGroupName(RESOURCE_GROUP);
    LoadInfo load = catalog.now().load(collection.id()).orElseThrow();
    for (PartitionInfo partition : catalog.now().partitions(collection.id())) {
      if (load.covers(partition.id())) {
        replica.addPartitionIds(partition.id());
      }
    }
    for (ShardInfo shard : collection.shards()) {
      replica.addShardReplicas(ShardReplica.newBuilder().setDmChannelName(shard.vchannel()));
    }
    return GetReplicasResponse.newBuilder().addReplicas(replica).build();
  }

  private ManualCompactionResponse compact(ManualCompactionRequest request, String database) {
    if (request.getMajorCompaction()) {
      throw PandionException.unsupported(
          "majorCompaction (clustering compaction) of collection '"
              + request.getCollectionName()
              + "' is not supported");
    }
    CollectionInfo collection =
        catalog.collection(database, request.getCollectionName(), request.getCollectionID());
    long id = catalog.coordinator().compact(collection.id());
    CompactionStatus status = catalog.coordinator().compaction(id);
    return ManualCompactionResponse.newBuilder()
        .setCompactionID(id)
        .setCompactionPlanCount(status.executing() + status.completed() + status.failed())
        .build();
  }

  private static GetCompactionStateResponse state(CompactionStatus status) {
    return GetCompactionStateResponse.newBuilder()
        .setState(status.done() ? CompactionState.Completed : CompactionState.Executing)
        .setExecutingPlanNo(status.executing())
        .setCompletedPlanNo(status.completed())
        .setFailedPlanNo(status.failed())
        .build();
  }

  private static GetCompactionPlansResponse plans(CompactionStatus status) {
    GetCompactionPlansResponse.Builder out =
        GetCompactionPlansResponse.newBuilder()
            .setState(status.done() ? CompactionState.Completed : CompactionState.Executing);
    for (CompactionStatus.Plan plan : status.plans()) {
      out.addMergeInfos(
          CompactionMergeInfo.newBuilder().addAllSources(plan.sources()).setTarget(plan.target()));
    }
    return out.build();
  }
}
