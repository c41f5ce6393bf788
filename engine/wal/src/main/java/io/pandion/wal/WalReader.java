package io.pandion.wal;

import org.jspecify.annotations.Nullable;

/// Walks along the log once. One thread.
public interface WalReader extends AutoCloseable {
  /// The next message, or null at the end.
  ///
  /// @throws io.pandion.model.PandionException CORRUPT_DATA at a gap or a damaged record
  @Nullable WalMessage next();

  @Override
  void close();
}
