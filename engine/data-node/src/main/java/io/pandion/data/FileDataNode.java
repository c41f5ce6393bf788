package io.pandion.data;

import io.pandion.cluster.DataNode;
import io.pandion.cluster.TaskSpec;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Builds indexes and compacts segments: reads what manifests name, writes new files, and says
/// which; it never makes them count. Any number of threads call it; tasks run on a fixed number of
/// threads, in order of their arrival.
///
/// Memory of a task: see [IndexBuild] and [Compaction]. What a task that failed or was cancelled
/// has written stays in the bucket, in no manifest.
public final class FileDataNode implements DataNode, AutoCloseable {
  private static final TaskStatus UNKNOWN = new TaskStatus(State.UNKNOWN, List.of(), 0, 0, 0, "");
  private static final TaskStatus RUNNING = new TaskStatus(State.RUNNING, List.of(), 0, 0, 0, "");

  /// One attempt at a task; `status` and `future` are guarded by the node.
  private static final class Attempt {
    final int number;
    TaskStatus status = RUNNING;
    @Nullable Future<?> future;

    Attempt(int number) {
      this.number = number;
    }
  }

  private final String name;
  private final IndexBuild builds;
  private final Compaction compactions;
  private final ExecutorService threads;
  private final Map<Long, Attempt> tasks = new HashMap<>();

  /// @param work directory for files on their way to the bucket
  /// @param threads tasks that run at a time
  /// @param seed of the random choices of index builds
  public FileDataNode(
      String name, SegmentFiles files, ManifestStore manifests, Path work, int threads, long seed) {
    this.name = name;
    this.builds = new IndexBuild(files, manifests, work, seed, threads);
    this.compactions = new Compaction(files, manifests);
    this.threads =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("data-" + name + "-", 0).daemon().factory());
  }

  @Override
  public String name() {
    return name;
  }

  /// A higher attempt stops and replaces a lower one; a lower or equal one changes nothing.
  @Override
  public synchronized void submit(TaskSpec task) {
    Attempt running = tasks.get(task.taskId());
    if (running != null && running.number >= task.attempt()) {
      return;
    }
    cancel(task.taskId());
    Attempt attempt = new Attempt(task.attempt());
    tasks.put(task.taskId(), attempt);
    attempt.future = threads.submit(() -> run(task, attempt));
  }

  @Override
  public synchronized TaskStatus poll(long taskId) {
    Attempt attempt = tasks.get(taskId);
    return attempt == null ? UNKNOWN : attempt.status;
  }

  /// The task ends at its next step; it is forgotten at once.
  @Override
  public synchronized void cancel(long taskId) {
    Attempt attempt = tasks.remove(taskId);
    if (attempt != null && attempt.future != null) {
      attempt.future.cancel(true);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // whatever stops a task is its failure, not the node's
  private void run(TaskSpec task, Attempt attempt) {
    TaskStatus end;
    try {
      end =
          switch (task.work()) {
            case TaskSpec.Work.BuildIndex build -> builds.run(build);
            case TaskSpec.Work.Compact compact -> compactions.run(compact);
          };
    } catch (Exception | OutOfMemoryError e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      end = new TaskStatus(State.FAILED, List.of(), 0, 0, 0, reason);
    }
    synchronized (this) {
      attempt.status = end;
    }
  }

  /// Stops all tasks.
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
