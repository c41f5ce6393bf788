package io.pandion.coordinator;

import io.pandion.cluster.QueryNode;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.segment.GrowingSegment;
import io.pandion.segment.SegmentGroup;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentManifest;
import io.pandion.storage.SegmentRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// A query node that keeps segments on the heap; it reads the same files as a real one.
final class MemoryQueryNode implements QueryNode {
  private record Held(SegmentInfo info, CollectionSchema schema, GrowingSegment rows) {}

  private final String name;
  private final SegmentFiles files;
  private final ManifestStore manifests;
  private final BooleanSupplier fails;
  private final Map<Long, Held> loaded = new HashMap<>();

  /// @param fails whether the next load fails
  MemoryQueryNode(String name, SegmentFiles files, ManifestStore manifests, BooleanSupplier fails) {
    this.name = name;
    this.files = files;
    this.manifests = manifests;
    this.fails = fails;
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
    if (fails.getAsBoolean()) {
      throw PandionException.unavailable("query node " + name + " is told to fail");
    }
    GrowingSegment rows = read(files, manifests, segment, schema);
    deltas.forEach(d -> rows.delete(deletes(files, manifests, d, schema)));
    synchronized (this) {
      Held before = loaded.get(segment.id());
      if (before != null) {
        rows.delete(before.rows.deletes());
      }
      loaded.put(segment.id(), new Held(segment, schema, rows));
    }
  }

  static GrowingSegment read(
      SegmentFiles files, ManifestStore manifests, SegmentInfo segment, CollectionSchema schema) {
    GrowingSegment out = new GrowingSegment(segment.id(), segment.partitionId(), schema);
    SegmentRows rows = files.readRows(manifest(manifests, segment).files(), schema);
    for (int i = 0; i < rows.ticks().length; i++) {
      out.append(rows.rows().select(new int[] {i}, 1), rows.ticks()[i]);
    }
    out.delete(deletes(files, manifests, segment, schema));
    return out;
  }

  static DeltaBatch deletes(
      SegmentFiles files, ManifestStore manifests, SegmentInfo segment, CollectionSchema schema) {
    return files.readDeltas(manifest(manifests, segment).files(), schema.primaryKey().type());
  }

  private static SegmentManifest manifest(ManifestStore manifests, SegmentInfo s) {
    return manifests.read(s.collectionId(), s.partitionId(), s.id(), s.manifestVersion());
  }

  @Override
  public synchronized void release(Collection<Long> segmentIds) {
    segmentIds.forEach(loaded::remove);
  }

  @Override
  public synchronized void delete(Collection<Long> segmentIds, Column keys, long tick) {
    long[] at = new long[keys.size()];
    Arrays.fill(at, tick);
    held(segmentIds).forEach(h -> h.rows.delete(new DeltaBatch(keys, at)));
  }

  private List<Held> held(Collection<Long> ids) {
    List<Held> out = new ArrayList<>();
    for (long id : ids) {
      Held held = loaded.get(id);
      if (held == null) {
        throw PandionException.notFound(
            PandionException.Subject.SEGMENT, "segment " + id + " is not on " + name);
      }
      out.add(held);
    }
    return out;
  }

  @Override
  public synchronized SearchResult search(
      Collection<Long> segmentIds, SearchPlan plan, long readAt) {
    List<Held> held = held(segmentIds);
    return new SegmentGroup(held.getFirst().schema)
        .search(held.stream().map(Held::rows).toList(), plan, readAt);
  }

  @Override
  public synchronized QueryResult query(Collection<Long> segmentIds, QueryPlan plan, long readAt) {
    List<Held> held = held(segmentIds);
    return new SegmentGroup(held.getFirst().schema)
        .query(held.stream().map(Held::rows).toList(), plan, readAt);
  }

  @Override
  public synchronized List<LoadedSegment> loaded() {
    return loaded.values().stream()
        .map(
            h ->
                new LoadedSegment(
                    h.info.id(),
                    h.info.collectionId(),
                    h.info.partitionId(),
                    h.info.manifestVersion(),
                    h.rows.rows(),
                    h.rows.deletes().size(),
                    h.rows.bytes(),
                    List.copyOf(h.info.indexes().keySet())))
        .toList();
  }
}
