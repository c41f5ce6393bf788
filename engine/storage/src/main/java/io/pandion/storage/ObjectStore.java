package io.pandion.storage;

import java.nio.file.Path;
import java.util.List;

/// Immutable objects under names such as `seg/1/2/3/binlog/x.parquet`. Any number of threads. A
/// name, once written, is never written again with other bytes.
public interface ObjectStore extends AutoCloseable {
  /// Writes an object if the name is free; durable when it returns. Exactly one of several racing
  /// writers wins. One attempt: when it fails with OUTCOME_UNKNOWN the object may be there, or
  /// appear later; with QUOTA_EXCEEDED the store asks to slow down.
  ///
  /// @return false when the name was taken: nothing was written
  boolean putIfAbsent(String name, byte[] bytes);

  /// Writes a local file under a fresh name; durable when it returns.
  ///
  /// @throws io.pandion.model.PandionException ALREADY_EXISTS when the name was taken
  void putFile(String name, Path file);

  /// @throws io.pandion.model.PandionException NOT_FOUND when there is no such object
  byte[] read(String name, long offset, int length);

  /// The whole object.
  byte[] readAll(String name);

  /// A local path with the object's bytes: the object itself on `file://`, else a download into
  /// `directory`, which the caller removes.
  Path localCopy(String name, Path directory);

  long size(String name);

  boolean exists(String name);

  /// All names that start with `prefix`, sorted.
  List<String> list(String prefix);

  /// Removing an absent object is no error.
  void delete(String name);

  @Override
  void close();
}
