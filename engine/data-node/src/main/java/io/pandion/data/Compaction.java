package io.pandion.data;

import io.pandion.cluster.DataNode.TaskStatus;
import io.pandion.cluster.TaskSpec.Work.Compact;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Keys;
import io.pandion.model.PandionException;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.FileRef;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentManifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/// Merges segments of one partition and shard into one, in order of the primary key and then the
/// tick. Any number of threads.
///
/// A row that a delete at or below `dropBelowTick` removes goes; the first later delete of a kept
/// row comes along in a deltalog. Rows keep their ticks, and all rows of a key that no delete
/// removes are kept.
///
/// Memory: all deletes, keys and ticks, and the output's scalar columns; then one vector column of
/// the output and of one source at a time.
final class Compaction {
  private final SegmentFiles files;
  private final ManifestStore manifests;

  Compaction(SegmentFiles files, ManifestStore manifests) {
    this.files = files;
    this.manifests = manifests;
  }

  /// The kept rows in order: source and row of each, its tick, and the delete it brings along.
  private static final class Plan {
    int[] sources = {};
    int[] rows = {};
    long[] ticks = {};
    DeltaBatch deletes = new DeltaBatch(Column.Longs.of(), new long[0]);
  }

  TaskStatus run(Compact task) {
    if (task.segments().isEmpty()) {
      throw PandionException.invalid("a compaction must name at least one segment");
    }
    SegmentInfo first = task.segments().getFirst();
    List<SegmentManifest> sources = new ArrayList<>();
    for (SegmentInfo segment : task.segments()) {
      if (segment.partitionId() != first.partitionId()
          || !segment.vchannel().equals(first.vchannel())) {
        throw PandionException.invalid(
            "segments "
                + first.id()
                + " and "
                + segment.id()
                + " are of different partitions or shards and cannot become one");
      }
      sources.add(manifest(segment));
    }
    Plan plan = plan(task, sources);
    TaskFiles.checkpoint();
    if (plan.rows.length == 0) {
      return TaskFiles.done(List.of(), 0, 0, 0);
    }
    String prefix =
        SegmentFiles.prefix(first.collectionId(), first.partitionId(), task.targetSegmentId());
    List<FileRef> written =
        new ArrayList<>(
            files.writeRows(
                prefix,
                task.targetSegmentId(),
                plan.ticks,
                task.schema(),
                field -> gather(plan, sources, field)));
    if (plan.deletes.size() > 0) {
      written.add(files.writeDeltas(prefix, plan.deletes));
    }
    LongStream ticks = Arrays.stream(plan.ticks);
    return TaskFiles.done(
        written,
        plan.rows.length,
        ticks.min().orElse(0),
        Arrays.stream(plan.ticks).max().orElse(0));
  }

  private SegmentManifest manifest(SegmentInfo segment) {
    return manifests.read(
        segment.collectionId(), segment.partitionId(), segment.id(), segment.manifestVersion());
  }

  private Plan plan(Compact task, List<SegmentManifest> sources) {
    FieldSchema key = task.schema().primaryKey();
    Deletes deletes = deletes(task, sources, key.type());
    ColumnBuilder allKeys = ColumnBuilder.of(key);
    List<long[]> ticks = new ArrayList<>();
    int total = 0;
    for (SegmentManifest source : sources) {
      TaskFiles.checkpoint();
      allKeys.addAll(files.readColumn(source.files(), key));
      ticks.add(files.readTicks(source.files()));
      total = Math.addExact(total, ticks.getLast().length);
    }
    Column keys = allKeys.build();
    int[] sourceOf = new int[total];
    int[] rowOf = new int[total];
    long[] tickOf = new long[total];
    long[] goneAt = new long[total];
    Integer[] kept = new Integer[total];
    int count = 0;
    int at = 0;
    for (int s = 0; s < sources.size(); s++) {
      for (int row = 0; row < ticks.get(s).length; row++, at++) {
        sourceOf[at] = s;
        rowOf[at] = row;
        tickOf[at] = ticks.get(s)[row];
        goneAt[at] = deletes.tickFor(keys, at, tickOf[at]);
        if (goneAt[at] == 0 || goneAt[at] > task.dropBelowTick()) {
          kept[count++] = at;
        }
      }
    }
    Arrays.sort(
        kept,
        0,
        count,
        (a, b) -> {
          int byKey = Keys.compare(keys, a, keys, b);
          return byKey != 0 ? byKey : Long.compare(tickOf[a], tickOf[b]);
        });
    int[] order = Arrays.stream(kept, 0, count).mapToInt(Integer::intValue).toArray();
    Plan plan = new Plan();
    plan.sources = Arrays.stream(order).map(i -> sourceOf[i]).toArray();
    plan.rows = Arrays.stream(order).map(i -> rowOf[i]).toArray();
    plan.ticks = Arrays.stream(order).mapToLong(i -> tickOf[i]).toArray();
    plan.deletes = carried(order, keys, goneAt);
    return plan;
  }

  private static DeltaBatch carried(int[] order, Column keys, long[] goneAt) {
    int[] later = Arrays.stream(order).filter(i -> goneAt[i] != 0).toArray();
    long[] ticks = Arrays.stream(later).mapToLong(i -> goneAt[i]).toArray();
    return new DeltaBatch(keys.select(later, later.length), ticks);
  }

  private Deletes deletes(Compact task, List<SegmentManifest> sources, DataType keyType) {
    List<DeltaBatch> parts = new ArrayList<>();
    for (SegmentManifest source : sources) {
      parts.add(files.readDeltas(source.files(), keyType));
    }
    SegmentManifest first = sources.getFirst();
    for (SegmentInfo delta : task.deltas()) {
      boolean concerns = delta.partitionId() < 0 || delta.partitionId() == first.partitionId();
      if (concerns && delta.vchannel().equals(first.vchannel())) {
        parts.add(files.readDeltas(manifest(delta).files(), keyType));
      }
    }
    return new Deletes(parts, keyType);
  }

  /// One field of the kept rows, each source read once.
  private Column gather(Plan plan, List<SegmentManifest> sources, FieldSchema field) {
    List<Column> parts = new ArrayList<>();
    int[] nth = new int[plan.rows.length];
    for (int s = 0; s < sources.size(); s++) {
      TaskFiles.checkpoint();
      int[] rows = new int[plan.rows.length];
      int count = 0;
      for (int i = 0; i < plan.rows.length; i++) {
        if (plan.sources[i] == s) {
          nth[i] = count;
          rows[count++] = plan.rows[i];
        }
      }
      parts.add(files.readColumn(sources.get(s).files(), field).select(rows, count));
    }
    ColumnBuilder out = ColumnBuilder.of(field);
    for (int i = 0; i < plan.rows.length; i++) {
      out.addFrom(parts.get(plan.sources[i]), nth[i]);
    }
    return out.build();
  }
}
