package io.pandion.coordinator;

import io.pandion.cluster.DataNode.TaskFile;
import io.pandion.model.PandionException;
import io.pandion.storage.FileRef;
import java.util.List;

/// Files as roles report them, and as manifests name them. Pure.
final class TaskFiles {
  private TaskFiles() {}

  /// @throws PandionException INVALID_REQUEST when a kind is unknown
  static List<FileRef> refs(List<TaskFile> files) {
    return files.stream().map(TaskFiles::ref).toList();
  }

  private static FileRef ref(TaskFile f) {
    return new FileRef(
        kind(f), f.name(), f.length(), f.crc32c(), f.fieldId(), f.indexId(), f.entries());
  }

  private static FileRef.Kind kind(TaskFile file) {
    for (FileRef.Kind kind : FileRef.Kind.values()) {
      if (kind.name().equals(file.kind())) {
        return kind;
      }
    }
    throw PandionException.invalid(
        "file '" + file.name() + "' is of an unknown kind: " + file.kind());
  }
}
