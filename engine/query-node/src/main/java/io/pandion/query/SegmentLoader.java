package io.pandion.query;

import io.pandion.index.VectorIndexTypes;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.segment.SealedSegment;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.FileRef;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes loaded copies of segments and brings them to newer files. Any number of threads, one a
/// segment.
final class SegmentLoader {
  private final SegmentFiles files;
  private final ManifestStore manifests;
  private final SegmentCache cache;

  SegmentLoader(SegmentFiles files, ManifestStore manifests, SegmentCache cache) {
    this.files = files;
    this.manifests = manifests;
    this.cache = cache;
  }

  /// @throws PandionException CORRUPT_DATA, NOT_FOUND SEGMENT (no such manifest), UNAVAILABLE_RETRY
  ///   (the disk fails); nothing is left open
  LoadedCopy load(
      SegmentInfo segment,
      CollectionSchema schema,
      List<IndexInfo> indexes,
      List<SegmentInfo> deltas) {
    if (segment.level() == SegmentInfo.Level.L0) {
      throw PandionException.invalid(
          "segment " + segment.id() + " is an L0 segment: it has no rows to load");
    }
    SegmentManifest manifest = manifest(segment);
    SealedSegment rows = cache.open(manifest, newer(schema, manifest.schema()));
    boolean whole = false;
    try {
      LoadedCopy copy = new LoadedCopy(rows, manifest);
      applyDeltas(copy, manifest, deltas);
      mapIndexes(copy, manifest, indexes);
      copy.measured(cache.bytes(manifest));
      whole = true;
      return copy;
    } finally {
      if (!whole) {
        rows.close();
      }
    }
  }

  /// Brings a copy to a newer manifest, schema, indexes and deltalogs; reads go on meanwhile. After
  /// a failure it serves what it had, with perhaps more deletes.
  void update(
      LoadedCopy copy,
      SegmentInfo segment,
      CollectionSchema schema,
      List<IndexInfo> indexes,
      List<SegmentInfo> deltas) {
    SegmentManifest old = copy.manifest();
    SegmentManifest manifest = segment.manifestVersion() > old.version() ? manifest(segment) : old;
    CollectionSchema latest = newer(newer(schema, manifest.schema()), copy.segment().schema());
    boolean otherRows = !SegmentCache.rowsName(manifest).equals(SegmentCache.rowsName(old));
    if (otherRows) {
      copy.replace(cache.open(manifest, latest));
      copy.indexes().clear();
      copy.indexesChanged();
    } else {
      copy.alter(latest);
    }
    copy.manifest(manifest);
    applyDeltas(copy, manifest, deltas);
    mapIndexes(copy, manifest, indexes);
    if (otherRows) {
      cache.dropRows(old);
    }
    copy.measured(cache.bytes(manifest));
  }

  private SegmentManifest manifest(SegmentInfo segment) {
    return manifests.read(
        segment.collectionId(), segment.partitionId(), segment.id(), segment.manifestVersion());
  }

  private static CollectionSchema newer(CollectionSchema a, CollectionSchema b) {
    return a.version() >= b.version() ? a : b;
  }

  private void applyDeltas(LoadedCopy copy, SegmentManifest manifest, List<SegmentInfo> deltas) {
    DataType keys = manifest.schema().primaryKey().type();
    apply(copy, manifest.files(FileRef.Kind.DELTALOG), keys);
    for (SegmentInfo delta : deltas) {
      boolean concerns = delta.partitionId() < 0 || delta.partitionId() == manifest.partitionId();
      if (concerns && delta.vchannel().equals(manifest.vchannel())) {
        apply(copy, manifest(delta).files(FileRef.Kind.DELTALOG), keys);
      }
    }
  }

  private void apply(LoadedCopy copy, List<FileRef> deltalogs, DataType keys) {
    for (FileRef deltalog : deltalogs) {
      if (copy.lacks(deltalog)) {
        DeltaBatch deletes = files.readDeltas(List.of(deltalog), keys);
        copy.delete(deltalog, deletes);
      }
    }
  }

  /// Maps the index files of indexes that exist, and forgets those of others.
  private void mapIndexes(LoadedCopy copy, SegmentManifest manifest, List<IndexInfo> indexes) {
    Map<Long, IndexInfo> wanted = new HashMap<>();
    indexes.forEach(index -> wanted.put(index.id(), index));
    Map<Long, FileRef> built = new HashMap<>();
    for (FileRef ref : manifest.files(FileRef.Kind.INDEX)) {
      if (wanted.containsKey(ref.indexId())) {
        built.put(ref.indexId(), ref);
      }
    }
    for (Map.Entry<Long, FileRef> held : List.copyOf(copy.indexes().entrySet())) {
      if (!held.getValue().equals(built.get(held.getKey()))) {
        copy.segment().dropIndex(held.getValue().fieldId());
        copy.indexes().remove(held.getKey());
        cache.forgetIndex(manifest, held.getValue());
      }
    }
    built.forEach(
        (id, ref) -> {
          if (!copy.indexes().containsKey(id)) {
            IndexInfo index = java.util.Objects.requireNonNull(wanted.get(id));
            map(copy.segment(), manifest, index, ref);
            copy.indexes().put(id, ref);
          }
        });
    copy.indexesChanged();
  }

  private void map(SealedSegment segment, SegmentManifest manifest, IndexInfo index, FileRef ref) {
    try {
      try {
        map(segment, index, cache.index(manifest, ref));
      } catch (PandionException e) {
        if (e.reason() != PandionException.Reason.CORRUPT_DATA) {
          throw e;
        }
        map(segment, index, cache.indexAgain(manifest, ref));
      }
    } catch (IOException e) {
      throw new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.INDEX,
          "cannot map index '" + index.name() + "' of segment " + segment.id() + ": " + e,
          e);
    }
  }

  private static void map(SealedSegment segment, IndexInfo index, Path file) throws IOException {
    FieldSchema field = segment.schema().field(index.fieldId());
    if (field.type().isVector()) {
      Metric metric = Metric.of(index.params().getOrDefault("metric_type", "COSINE"));
      segment.addIndex(field.id(), VectorIndexTypes.of(index.type()), metric, file);
    } else {
      segment.addScalarIndex(field.id(), file);
    }
  }
}
