package io.pandion.coordinator;

import io.pandion.cluster.DataNode;
import io.pandion.cluster.TaskSpec;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.Keys;
import io.pandion.segment.GrowingSegment;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.FileRef;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/// A data node that compacts on the heap and writes real files; an index is a file of one byte.
final class MemoryDataNode implements DataNode {
  private final SegmentFiles files;
  private final ManifestStore manifests;
  private final Path work;
  private final BooleanSupplier fails;
  private final Map<Long, TaskStatus> tasks = new ConcurrentHashMap<>();
  final List<TaskSpec> seen = new ArrayList<>();

  /// @param fails whether the next task fails
  MemoryDataNode(SegmentFiles files, ManifestStore manifests, Path work, BooleanSupplier fails) {
    this.files = files;
    this.manifests = manifests;
    this.work = work;
    this.fails = fails;
  }

  @Override
  public String name() {
    return "d1";
  }

  @Override
  public void submit(TaskSpec task) {
    synchronized (seen) {
      seen.add(task);
    }
    tasks.put(task.taskId(), new TaskStatus(State.RUNNING, List.of(), 0, 0, 0, ""));
    Thread.startVirtualThread(() -> tasks.replace(task.taskId(), run(task)));
  }

  private TaskStatus run(TaskSpec task) {
    try {
      TaskStatus done =
          switch (task.work()) {
            case TaskSpec.Work.BuildIndex w -> build(w);
            case TaskSpec.Work.Compact w -> compact(w);
          };
      return fails.getAsBoolean() ? failed("told to fail") : done;
    } catch (RuntimeException e) {
      return failed(e.toString());
    }
  }

  private static TaskStatus failed(String why) {
    return new TaskStatus(State.FAILED, List.of(), 0, 0, 0, why);
  }

  private TaskStatus build(TaskSpec.Work.BuildIndex w) {
    SegmentInfo s = w.segment();
    try {
      Path file = Files.createTempFile(work, "index", "");
      Files.write(file, new byte[] {1});
      FileRef ref =
          files.put(
              FileRef.Kind.INDEX,
              SegmentFiles.prefix(s.collectionId(), s.partitionId(), s.id()) + "index/",
              ".idx",
              file,
              w.index().fieldId(),
              w.index().id(),
              s.rows());
      return done(List.of(ref), s.rows(), s.firstTick(), s.lastTick());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TaskStatus compact(TaskSpec.Work.Compact w) {
    SegmentInfo first = w.segments().getFirst();
    List<DeltaBatch> deletes = new ArrayList<>();
    for (SegmentInfo s : w.segments()) {
      deletes.add(MemoryQueryNode.deletes(files, manifests, s, w.schema()));
    }
    for (SegmentInfo s : w.deltas()) {
      deletes.add(MemoryQueryNode.deletes(files, manifests, s, w.schema()));
    }
    GrowingSegment kept = new GrowingSegment(w.targetSegmentId(), first.partitionId(), w.schema());
    for (SegmentInfo s : w.segments()) {
      GrowingSegment rows = MemoryQueryNode.read(files, manifests, s, w.schema());
      deletes.forEach(rows::delete);
      Set<Object> gone = new HashSet<>();
      DeltaBatch hit = rows.deletes();
      for (int i = 0; i < hit.size(); i++) {
        if (hit.ticks()[i] <= w.dropBelowTick()) {
          gone.add(List.of(Keys.of(hit.keys(), i), hit.ticks()[i]));
        }
      }
      SegmentRows all = rows.snapshot();
      for (int i = 0; i < all.ticks().length; i++) {
        Object key = Keys.of(all.rows().column(w.schema().primaryKey().id()), i);
        long tick = all.ticks()[i];
        boolean dead =
            gone.stream()
                .map(g -> (List<?>) g)
                .anyMatch(g -> g.get(0).equals(key) && (long) g.get(1) > tick);
        if (!dead) {
          kept.append(all.rows().select(new int[] {i}, 1), tick);
        }
      }
    }
    deletes.forEach(kept::delete);
    return written(w, first, kept);
  }

  private TaskStatus written(TaskSpec.Work.Compact w, SegmentInfo first, GrowingSegment kept) {
    if (kept.rows() == 0) {
      return done(List.of(), 0, 0, 0);
    }
    String prefix =
        SegmentFiles.prefix(first.collectionId(), first.partitionId(), w.targetSegmentId());
    List<FileRef> out =
        new ArrayList<>(files.writeRows(prefix, w.targetSegmentId(), kept.snapshot(), w.schema()));
    DeltaBatch later = kept.deletes();
    if (later.size() > 0) {
      out.add(files.writeDeltas(prefix, later));
    }
    long[] ticks = IntStream.range(0, kept.rows()).mapToLong(kept::tick).toArray();
    return done(
        out,
        kept.rows(),
        Arrays.stream(ticks).min().orElseThrow(),
        Arrays.stream(ticks).max().orElseThrow());
  }

  private static TaskStatus done(List<FileRef> refs, long rows, long first, long last) {
    return new TaskStatus(
        State.DONE, refs.stream().map(MemoryDataNode::file).toList(), rows, first, last, "");
  }

  static TaskFile file(FileRef f) {
    return new TaskFile(
        f.kind().name(), f.name(), f.length(), f.crc32c(), f.fieldId(), f.indexId(), f.entries());
  }

  @Override
  public TaskStatus poll(long taskId) {
    return tasks.getOrDefault(taskId, new TaskStatus(State.UNKNOWN, List.of(), 0, 0, 0, ""));
  }

  @Override
  public void cancel(long taskId) {
    tasks.remove(taskId);
  }
}
