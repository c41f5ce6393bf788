package io.pandion.data;

import io.pandion.cluster.DataNode.TaskStatus;
import io.pandion.cluster.TaskSpec.Work.BuildIndex;
import io.pandion.index.FloatRows;
import io.pandion.index.SortedScalarIndex;
import io.pandion.index.VectorIndexTypes;
import io.pandion.meta.IndexInfo;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.storage.FileRef;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentManifest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Builds the index of one field of one segment. Any number of threads.
///
/// Memory: the field's column once, while it is decoded twice; a vector index takes the vectors
/// once more outside the heap, and its file is mapped.
final class IndexBuild {
  private static final Set<String> SCALAR =
      Set.of("INVERTED", "STL_SORT", "BITMAP", "TRIE", "AUTOINDEX");
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final SegmentFiles files;
  private final ManifestStore manifests;
  private final Path work;
  private final long seed;
  private final int threads;
  private final AtomicLong names = new AtomicLong();
  private final AtomicInteger running = new AtomicInteger();

  /// @param threads of all builds together, roughly: one that begins takes those that are idle
  IndexBuild(SegmentFiles files, ManifestStore manifests, Path work, long seed, int threads) {
    this.threads = threads;
    this.files = files;
    this.manifests = manifests;
    this.work = work;
    this.seed = seed;
  }

  TaskStatus run(BuildIndex task) throws IOException {
    int idle = threads - running.getAndIncrement();
    try {
      return run(task, Math.max(1, idle));
    } finally {
      running.decrementAndGet();
    }
  }

  private TaskStatus run(BuildIndex task, int buildThreads) throws IOException {
    SegmentManifest manifest =
        manifests.read(
            task.segment().collectionId(),
            task.segment().partitionId(),
            task.segment().id(),
            task.segment().manifestVersion());
    IndexInfo index = task.index();
    FieldSchema field = task.schema().field(index.fieldId());
    if (field.type() == DataType.JSON) {
      // Paths into documents are read as they are.
      return done(manifest, List.of());
    }
    if (!field.type().isVector() && !SCALAR.contains(index.type())) {
      throw PandionException.invalid(
          "index type " + index.type() + " cannot be built on scalar field '" + field.name() + "'");
    }
    Column column = files.readColumn(manifest.files(), field);
    TaskFiles.checkpoint();
    Files.createDirectories(work);
    Path file =
        work.resolve(
            "index-" + manifest.segmentId() + "-" + index.id() + "-" + names.incrementAndGet());
    Files.deleteIfExists(file);
    try {
      if (column instanceof Column.FloatVectors vectors) {
        buildVector(vectors, index, manifest.segmentId(), buildThreads, file);
      } else {
        Files.write(file, SortedScalarIndex.build(column));
      }
      TaskFiles.checkpoint();
      String prefix =
          SegmentFiles.prefix(
              manifest.collectionId(), manifest.partitionId(), manifest.segmentId());
      FileRef ref =
          files.put(
              FileRef.Kind.INDEX,
              prefix + "index/",
              ".idx",
              file,
              field.id(),
              index.id(),
              column.size());
      return done(manifest, List.of(ref));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void buildVector(
      Column.FloatVectors column, IndexInfo index, long segment, int buildThreads, Path file)
      throws IOException {
    Metric metric = Metric.of(index.params().getOrDefault("metric_type", "COSINE"));
    int dimension = column.dimension();
    int stride = FloatRows.stride(dimension);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment rows = arena.allocate(Math.max(64, (long) column.size() * stride), 64);
      for (int row = 0; row < column.size(); row++) {
        MemorySegment.copy(
            column.values(), row * dimension, rows, FLOAT, (long) row * stride, dimension);
      }
      VectorIndexTypes.of(index.type())
          .build(
              new FloatRows(rows, column.size(), dimension, stride),
              metric,
              index.params(),
              seed ^ (segment * 0x9e3779b97f4a7c15L) ^ index.id(),
              buildThreads,
              file);
    }
  }

  private static TaskStatus done(SegmentManifest manifest, List<FileRef> files) {
    return TaskFiles.done(files, manifest.rows(), manifest.firstTick(), manifest.lastTick());
  }
}
