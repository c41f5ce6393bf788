package io.pandion.query;

import io.pandion.cluster.DataNode;
import io.pandion.cluster.TaskSpec;
import io.pandion.data.FileDataNode;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Metric;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryVectors;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.FileRef;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentManifest;
import io.pandion.storage.SegmentRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A bucket with segments, and a data node that works on them.
final class NodeWorld implements AutoCloseable {
  static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "birds",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.VARCHAR),
              FieldSchema.of(101, "n", DataType.INT64).asNullable(),
              FieldSchema.vector(102, "v", 2)),
          false,
          1);
  static final IndexInfo BY_NUMBER = new IndexInfo(70, 7, 101, "n", "INVERTED", Map.of(), 1);
  static final IndexInfo BY_VECTOR =
      new IndexInfo(71, 7, 102, "v", "HNSW", Map.of("metric_type", "L2"), 1);

  final FileObjectStore store;
  final SegmentFiles files;
  final ManifestStore manifests;
  final FileDataNode data;
  private final AtomicLong ids = new AtomicLong();
  private long tasks;

  NodeWorld(Path directory) {
    store = new FileObjectStore(directory.resolve("bucket"));
    files =
        new SegmentFiles(
            store, directory.resolve("work"), () -> new UUID(0, ids.incrementAndGet()));
    manifests = new ManifestStore(store);
    data = new FileDataNode("d1", files, manifests, directory.resolve("build"), 2, 5);
  }

  /// Rows `{prefix}0 ..` at rising ticks from 10 on, number i, on the line y = 0.
  static SegmentRows line(String prefix, int count) {
    String[] keys = new String[count];
    long[] numbers = new long[count];
    float[] vectors = new float[2 * count];
    long[] ticks = new long[count];
    for (int i = 0; i < count; i++) {
      keys[i] = prefix + i;
      numbers[i] = i;
      vectors[2 * i] = i;
      ticks[i] = 10L + i;
    }
    return new SegmentRows(
        new RowBatch(
            count,
            Map.of(
                100L,
                Column.Strings.of(keys),
                101L,
                Column.Longs.of(numbers),
                102L,
                new Column.FloatVectors(vectors, 2))),
        ticks);
  }

  SegmentInfo segment(long id, SegmentRows rows, DeltaBatch deletes, CollectionSchema schema) {
    String prefix = SegmentFiles.prefix(7, 1, id);
    List<FileRef> written = new ArrayList<>(files.writeRows(prefix, id, rows, schema));
    if (deletes.size() > 0) {
      written.add(files.writeDeltas(prefix, deletes));
    }
    return commit(id, 1, "L1", rows.ticks().length, schema, written);
  }

  SegmentInfo level0(long id, long partition, DeltaBatch deletes) {
    FileRef ref = files.writeDeltas(SegmentFiles.prefix(7, Math.max(0, partition), id), deletes);
    return commit(id, partition, "L0", deletes.size(), SCHEMA, List.of(ref));
  }

  SegmentInfo commit(
      long id,
      long partition,
      String level,
      long rows,
      CollectionSchema schema,
      List<FileRef> written) {
    SegmentManifest manifest =
        new SegmentManifest(
            id, 7, partition, "c0", level, 1, rows, 0, 0, 0, 0, schema, written, List.of());
    return info(manifest, manifests.write(manifest));
  }

  static SegmentInfo info(SegmentManifest m, long version) {
    return new SegmentInfo(
        m.segmentId(),
        m.collectionId(),
        m.partitionId(),
        m.vchannel(),
        SegmentInfo.State.FLUSHED,
        SegmentInfo.Level.valueOf(m.level()),
        version,
        m.rows(),
        0,
        0,
        0,
        0,
        0,
        Map.of(),
        List.of(),
        0);
  }

  SegmentManifest manifest(SegmentInfo s) {
    return manifests.read(s.collectionId(), s.partitionId(), s.id(), s.manifestVersion());
  }

  /// The segment with one more file in its manifest.
  SegmentInfo with(SegmentInfo segment, List<FileRef> more) {
    SegmentManifest old = manifest(segment);
    List<FileRef> all = new ArrayList<>(old.files());
    all.addAll(more);
    SegmentManifest next =
        new SegmentManifest(
            old.segmentId(),
            old.collectionId(),
            old.partitionId(),
            old.vchannel(),
            old.level(),
            old.version() + 1,
            old.rows(),
            0,
            0,
            0,
            0,
            old.schema(),
            all,
            List.of());
    return info(next, manifests.write(next));
  }

  SegmentInfo indexed(SegmentInfo segment, IndexInfo index) {
    DataNode.TaskStatus done = run(new TaskSpec.Work.BuildIndex(segment, SCHEMA, index));
    return with(segment, refs(done.files()));
  }

  DataNode.TaskStatus run(TaskSpec.Work work) {
    long task = ++tasks;
    data.submit(new TaskSpec(task, 1, work));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    DataNode.TaskStatus status = data.poll(task);
    while (status.state() == DataNode.State.RUNNING && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      status = data.poll(task);
    }
    if (status.state() != DataNode.State.DONE) {
      throw new AssertionError(status);
    }
    return status;
  }

  static List<FileRef> refs(List<DataNode.TaskFile> files) {
    return files.stream()
        .map(
            f ->
                new FileRef(
                    FileRef.Kind.valueOf(f.kind()),
                    f.name(),
                    f.length(),
                    f.crc32c(),
                    f.fieldId(),
                    f.indexId(),
                    f.entries()))
        .toList();
  }

  static SearchPlan nearest(float x, float y, int k, Long... fields) {
    return new SearchPlan(
        102,
        Metric.L2,
        new QueryVectors(new float[] {x, y}, 2),
        k,
        null,
        Map.of(),
        null,
        null,
        Set.of(),
        Arrays.asList(fields));
  }

  static QueryPlan everything(Long... fields) {
    return new QueryPlan(null, -1, false, Set.of(), Arrays.asList(fields));
  }

  static DeltaBatch noDeletes() {
    return new DeltaBatch(Column.Strings.of(), new long[0]);
  }

  static List<String> strings(@Nullable Column column) {
    Objects.requireNonNull(column);
    List<String> out = new ArrayList<>();
    for (int i = 0; i < column.size(); i++) {
      out.add(String.valueOf(column.value(i)));
    }
    return out;
  }

  @Override
  public void close() {
    data.close();
    store.close();
  }
}
