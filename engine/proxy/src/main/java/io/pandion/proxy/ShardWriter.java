package io.pandion.proxy;

import io.pandion.cluster.AppendResult;
import io.pandion.cluster.ShardWrite;
import io.pandion.cluster.StreamingNode;
import io.pandion.meta.CollectionInfo;
import io.pandion.model.Column;
import io.pandion.model.RowBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/// Splits a write by the shard of each key and appends to all shards at the same time.
///
/// @param owners the streaming node that serves a vchannel
record ShardWriter(FanOut fanOut, Function<String, StreamingNode> owners) {
  /// Rows of one message take at most this much memory, so that it fits a WAL message.
  static final long MESSAGE_BYTES = 16L << 20;

  private record Route(int shard, long partitionId) {}

  /// @param keyField its column routes the rows
  /// @param partition partition id of a row
  /// @return highest tick of the write
  long insert(
      CollectionInfo collection, RowBatch rows, long keyField, IntToLongFunction partition) {
    return write(collection, rows, rows.column(keyField), partition, ShardWrite.Insert::new);
  }

  /// As [#insert], and older rows of the same keys go.
  long upsert(
      CollectionInfo collection, RowBatch rows, long keyField, IntToLongFunction partition) {
    return write(
        collection,
        rows,
        rows.column(keyField),
        partition,
        (id, piece) -> new ShardWrite.Upsert(id, piece.column(keyField), piece));
  }

  /// @param partitionId or `WalPayload.ALL_PARTITIONS`
  long delete(CollectionInfo collection, Column keys, long partitionId) {
    return write(
        collection,
        new RowBatch(keys.size(), Map.of(0L, keys)),
        keys,
        _ -> partitionId,
        (id, piece) -> new ShardWrite.Delete(id, piece.column(0)));
  }

  private long write(
      CollectionInfo collection,
      RowBatch rows,
      Column keys,
      IntToLongFunction partition,
      BiFunction<Long, RowBatch, ShardWrite> message) {
    Map<Integer, List<ShardWrite>> writes = new LinkedHashMap<>();
    routes(collection, keys, partition)
        .forEach(
            (route, picks) -> {
              List<ShardWrite> shard =
                  writes.computeIfAbsent(route.shard(), _ -> new ArrayList<>());
              for (RowBatch piece : pieces(rows.select(picks, picks.length))) {
                shard.add(message.apply(route.partitionId(), piece));
              }
            });
    return append(collection, writes);
  }

  private static Map<Route, int[]> routes(
      CollectionInfo collection, Column keys, IntToLongFunction partition) {
    Map<Route, IntStream.Builder> picks = new LinkedHashMap<>();
    for (int row = 0; row < keys.size(); row++) {
      Route route = new Route(collection.shardOf(keys, row), partition.applyAsLong(row));
      picks.computeIfAbsent(route, _ -> IntStream.builder()).add(row);
    }
    Map<Route, int[]> out = new LinkedHashMap<>();
    picks.forEach((route, rows) -> out.put(route, rows.build().toArray()));
    return out;
  }

  /// The batch, halved until every part fits a message.
  static List<RowBatch> pieces(RowBatch batch) {
    if (batch.rows() <= 1 || batch.bytes() <= MESSAGE_BYTES) {
      return List.of(batch);
    }
    int half = batch.rows() / 2;
    List<RowBatch> out = new ArrayList<>();
    out.addAll(pieces(batch.select(IntStream.range(0, half).toArray(), half)));
    int rest = batch.rows() - half;
    out.addAll(pieces(batch.select(IntStream.range(half, batch.rows()).toArray(), rest)));
    return out;
  }

  private long append(CollectionInfo collection, Map<Integer, List<ShardWrite>> writes) {
    List<Callable<Long>> calls = new ArrayList<>();
    writes.forEach(
        (shard, messages) -> {
          String vchannel = collection.shards().get(shard).vchannel();
          calls.add(() -> append(vchannel, messages));
        });
    return fanOut.all(calls).stream().mapToLong(Long::longValue).max().orElse(0);
  }

  private long append(String vchannel, List<ShardWrite> messages) {
    long tick = 0;
    for (ShardWrite message : messages) {
      AppendResult result = owners.apply(vchannel).append(vchannel, message);
      tick = Math.max(tick, result.tick());
    }
    return tick;
  }
}
