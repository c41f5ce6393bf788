package io.pandion.data;

import io.pandion.cluster.DataNode.State;
import io.pandion.cluster.DataNode.TaskFile;
import io.pandion.cluster.DataNode.TaskStatus;
import io.pandion.model.PandionException;
import io.pandion.storage.FileRef;
import java.util.List;

/// How finished tasks are told.
final class TaskFiles {
  private TaskFiles() {}

  static TaskStatus done(List<FileRef> files, long rows, long firstTick, long lastTick) {
    return new TaskStatus(
        State.DONE, files.stream().map(TaskFiles::file).toList(), rows, firstTick, lastTick, "");
  }

  private static TaskFile file(FileRef f) {
    return new TaskFile(
        f.kind().name(), f.name(), f.length(), f.crc32c(), f.fieldId(), f.indexId(), f.entries());
  }

  /// Ends a task that was cancelled.
  static void checkpoint() {
    if (Thread.currentThread().isInterrupted()) {
      throw PandionException.unavailable("the task was cancelled");
    }
  }
}
