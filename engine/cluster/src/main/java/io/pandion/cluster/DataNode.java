package io.pandion.cluster;

import java.util.List;

/// Runs tasks on files. Methods return at once; any number of threads.
public interface DataNode {
  String name();

  /// Takes a task; idempotent by (task id, attempt).
  void submit(TaskSpec task);

  /// How a task stands.
  TaskStatus poll(long taskId);

  /// Stops and forgets a task.
  void cancel(long taskId);

  /// State of a task.
  ///
  /// @param files what it wrote
  /// @param rows rows that it kept
  /// @param firstTick, lastTick of those rows
  /// @param error why it failed, else empty
  record TaskStatus(
      State state, List<TaskFile> files, long rows, long firstTick, long lastTick, String error) {
    public TaskStatus {
      files = List.copyOf(files);
    }
  }

  /// A file that a task wrote; kinds as in `FileRef.Kind`.
  record TaskFile(
      String kind,
      String name,
      long length,
      int crc32c,
      long fieldId,
      long indexId,
      long entries) {}

  enum State {
    UNKNOWN,
    RUNNING,
    DONE,
    FAILED
  }
}
