package io.pandion.query;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.segment.SealedSegment;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.FileRef;
import io.pandion.storage.SegmentManifest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// A segment that a node serves. Reads take [#segment]; one thread at a time updates it; deletes
/// come at any time and reach the segment that replaces this one, too.
final class LoadedCopy {
  private final Object swapping = new Object();
  private final Set<String> deltalogs = new HashSet<>();
  private final Map<Long, FileRef> indexes = new HashMap<>();
  private volatile SealedSegment segment;
  private volatile SegmentManifest manifest;
  private volatile Set<Long> indexIds = Set.of();
  private volatile long bytes;

  LoadedCopy(SealedSegment segment, SegmentManifest manifest) {
    this.segment = segment;
    this.manifest = manifest;
  }

  SealedSegment segment() {
    return segment;
  }

  SegmentManifest manifest() {
    return manifest;
  }

  Set<Long> indexIds() {
    return indexIds;
  }

  long bytes() {
    return bytes;
  }

  void measured(long onDisk) {
    bytes = onDisk;
  }

  /// Index files in use by index id, for the updating thread.
  Map<Long, FileRef> indexes() {
    return indexes;
  }

  void indexesChanged() {
    indexIds = Set.copyOf(indexes.keySet());
  }

  /// Whether the deletes of a file are not in the segment yet.
  boolean lacks(FileRef deltalog) {
    return !deltalogs.contains(deltalog.name());
  }

  void delete(FileRef deltalog, DeltaBatch deletes) {
    delete(deletes);
    deltalogs.add(deltalog.name());
  }

  void delete(Column keys, long tick) {
    long[] ticks = new long[keys.size()];
    Arrays.fill(ticks, tick);
    delete(new DeltaBatch(keys, ticks));
  }

  private void delete(DeltaBatch deletes) {
    synchronized (swapping) {
      segment.delete(deletes);
    }
  }

  void alter(CollectionSchema newer) {
    segment.alter(newer);
  }

  void manifest(SegmentManifest newer) {
    manifest = newer;
  }

  /// Takes another mapping of the same rows into use, with all deletes of the old one; reads under
  /// way finish on the old one.
  void replace(SealedSegment with) {
    SealedSegment old;
    synchronized (swapping) {
      old = segment;
      with.deleteAsIn(old);
      segment = with;
    }
    old.close();
  }
}
