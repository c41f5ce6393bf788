package io.pandion.proxy;

import io.pandion.cluster.ReadPoint;
import io.pandion.cluster.StreamingNode;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.ResultMerger;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/// Asks all shards of a collection at the same time and merges their answers. The caller has seen
/// that what it reads is to be loaded: a shard that does not serve it yet is asked again for a
/// while.
///
/// @param owners the streaming node that serves a vchannel
/// @param loadCheck throws when a collection can not be loaded
record ShardReader(FanOut fanOut, Function<String, StreamingNode> owners, LongConsumer loadCheck) {
  private static final int LOAD_WAITS = 200;
  private static final long LOAD_WAIT_NANOS = 10_000_000;

  SearchResult search(CollectionInfo collection, SearchPlan plan, ReadPoint point) {
    return ResultMerger.searches(
        ask(collection, (node, vchannel) -> node.search(vchannel, plan, point)), plan.k());
  }

  QueryResult query(CollectionInfo collection, QueryPlan plan, ReadPoint point) {
    return ResultMerger.queries(
        ask(collection, (node, vchannel) -> node.query(vchannel, plan, point)),
        plan.limit(),
        plan.countOnly());
  }

  private <T> List<T> ask(CollectionInfo collection, BiFunction<StreamingNode, String, T> call) {
    List<Callable<T>> calls = new ArrayList<>();
    for (ShardInfo shard : collection.shards()) {
      String vchannel = shard.vchannel();
      calls.add(() -> onceLoaded(collection, () -> call.apply(owners.apply(vchannel), vchannel)));
    }
    return fanOut.all(calls);
  }

  private <T> T onceLoaded(CollectionInfo collection, Supplier<T> read) {
    for (int i = 0; i < LOAD_WAITS; i++) {
      try {
        return read.get();
      } catch (PandionException e) {
        if (e.reason() != PandionException.Reason.NOT_LOADED) {
          throw e;
        }
        LockSupport.parkNanos(LOAD_WAIT_NANOS);
      }
    }
    loadCheck.accept(collection.id());
    return read.get();
  }
}
