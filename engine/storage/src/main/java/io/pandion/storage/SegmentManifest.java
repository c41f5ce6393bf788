package io.pandion.storage;

import io.pandion.model.CollectionSchema;
import java.util.List;

/// What a segment consists of, at one version. Written with put-if-absent, never changed: a new
/// state is a new version.
///
/// @param level `L0`, `L1`, `L2`
/// @param schema of the rows when they were written; later fields are null or default
/// @param compactedFrom segments that this one replaced
public record SegmentManifest(
    long segmentId,
    long collectionId,
    long partitionId,
    String vchannel,
    String level,
    long version,
    long rows,
    long firstLsn,
    long lastLsn,
    long firstTick,
    long lastTick,
    CollectionSchema schema,
    List<FileRef> files,
    List<Long> compactedFrom) {
  public SegmentManifest {
    files = List.copyOf(files);
    compactedFrom = List.copyOf(compactedFrom);
  }

  public List<FileRef> files(FileRef.Kind kind) {
    return files.stream().filter(f -> f.kind() == kind).toList();
  }

  SegmentManifest at(long newVersion) {
    return copy(newVersion, schema);
  }

  SegmentManifest with(CollectionSchema newSchema) {
    return copy(version, newSchema);
  }

  private SegmentManifest copy(long newVersion, CollectionSchema newSchema) {
    return new SegmentManifest(
        segmentId,
        collectionId,
        partitionId,
        vchannel,
        level,
        newVersion,
        rows,
        firstLsn,
        lastLsn,
        firstTick,
        lastTick,
        newSchema,
        files,
        compactedFrom);
  }
}
