package io.pandion.query;

import io.pandion.cluster.QueryNode;
import io.pandion.cluster.SearchTimes;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.segment.SealedSegment;
import io.pandion.segment.SegmentGroup;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/// Serves sealed segments from files in a local cache, mapped into memory. Reads run on a fixed
/// number of threads, a task for a segment and some of the queries, and hold on to all their
/// segments until they are done: what is released or replaced meanwhile goes when the last of them
/// ends.
public final class MappedQueryNode implements QueryNode, AutoCloseable {
  private final String name;
  private final SegmentCache cache;
  private final SegmentLoader loader;
  private final SearchPool pool;
  private final SegmentGroup.Runner timed;
  private final Map<Long, LoadedCopy> copies = new ConcurrentHashMap<>();
  private final Object[] locks = new Object[64];

  /// @param cache directory of this node alone; what is in it is used again, or made again
  /// @param threads for searches and queries: one a core
  /// @param times where the time of searches goes
  public MappedQueryNode(
      String name,
      SegmentFiles files,
      ManifestStore manifests,
      Path cache,
      int threads,
      SearchTimes times) {
    this.name = name;
    this.cache = new SegmentCache(cache, files);
    this.loader = new SegmentLoader(files, manifests, this.cache);
    this.pool = new SearchPool(name, threads, times);
    this.timed = pool.timed();
    java.util.Arrays.setAll(locks, _ -> new Object());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void load(
      SegmentInfo segment,
      CollectionSchema schema,
      List<IndexInfo> indexes,
      List<SegmentInfo> deltas) {
    synchronized (lock(segment.id())) {
      LoadedCopy copy = copies.get(segment.id());
      if (copy == null) {
        copies.put(segment.id(), loader.load(segment, schema, indexes, deltas));
      } else {
        loader.update(copy, segment, schema, indexes, deltas);
      }
    }
  }

  private Object lock(long segmentId) {
    return locks[(int) Math.floorMod(segmentId, (long) locks.length)];
  }

  /// Local files go at once; what a search under way has mapped stays readable for it.
  @Override
  public void release(Collection<Long> segmentIds) {
    for (long id : segmentIds) {
      synchronized (lock(id)) {
        LoadedCopy copy = copies.remove(id);
        if (copy != null) {
          copy.segment().close();
          cache.drop(copy.manifest());
        }
      }
    }
  }

  @Override
  public void delete(Collection<Long> segmentIds, Column keys, long tick) {
    for (long id : segmentIds) {
      copy(id).delete(keys, tick);
    }
  }

  @Override
  public SearchResult search(Collection<Long> segmentIds, SearchPlan plan, long readAt) {
    return read(segmentIds, timed, (group, segments) -> group.search(segments, plan, readAt));
  }

  @Override
  public QueryResult query(Collection<Long> segmentIds, QueryPlan plan, long readAt) {
    return read(segmentIds, pool, (group, segments) -> group.query(segments, plan, readAt));
  }

  private <T> T read(
      Collection<Long> segmentIds,
      SegmentGroup.Runner runner,
      BiFunction<SegmentGroup, List<SealedSegment>, T> read) {
    if (segmentIds.isEmpty()) {
      throw PandionException.invalid("a read must name at least one segment");
    }
    List<SealedSegment> held = new ArrayList<>(segmentIds.size());
    try {
      for (long id : segmentIds) {
        held.add(hold(id));
      }
      CollectionSchema schema = held.getFirst().schema();
      for (SealedSegment segment : held) {
        if (segment.schema().version() > schema.version()) {
          schema = segment.schema();
        }
      }
      return read.apply(new SegmentGroup(schema, runner), held);
    } catch (PandionException e) {
      if (e.reason() == PandionException.Reason.NOT_FOUND
          && e.subject() == PandionException.Subject.FIELD) {
        throw new PandionException(
            PandionException.Reason.UNAVAILABLE_RETRY,
            PandionException.Subject.SEGMENT,
            "query node '" + name + "' has not the newest schema yet: " + e.getMessage(),
            e);
      }
      throw e;
    } finally {
      held.forEach(SealedSegment::release);
    }
  }

  /// The segment, retained; a copy that is just being replaced is asked for again.
  private SealedSegment hold(long id) {
    while (true) {
      LoadedCopy copy = copy(id);
      SealedSegment segment = copy.segment();
      if (segment.retain()) {
        return segment;
      }
      if (copy.segment() == segment && copies.get(id) == copy) {
        Thread.onSpinWait();
      }
    }
  }

  private LoadedCopy copy(long id) {
    LoadedCopy copy = copies.get(id);
    if (copy == null) {
      throw PandionException.notFound(
          PandionException.Subject.SEGMENT,
          "segment " + id + " is not loaded on query node '" + name + "'");
    }
    return copy;
  }

  @Override
  public List<LoadedSegment> loaded() {
    List<LoadedSegment> out = new ArrayList<>();
    copies.forEach(
        (id, copy) -> {
          SealedSegment segment = copy.segment();
          out.add(
              new LoadedSegment(
                  id,
                  copy.manifest().collectionId(),
                  copy.manifest().partitionId(),
                  copy.manifest().version(),
                  segment.rows(),
                  segment.deletedRows(),
                  copy.bytes(),
                  copy.indexIds().stream().sorted().toList()));
        });
    return out;
  }

  /// Ends the threads after the reads under way. Local files stay for the next start.
  @Override
  public void close() {
    pool.close();
    copies.values().forEach(copy -> copy.segment().close());
    copies.clear();
  }
}
