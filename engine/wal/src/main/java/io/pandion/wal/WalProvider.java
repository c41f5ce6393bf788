package io.pandion.wal;

/// Opens the logs of one backend. Any number of threads.
public interface WalProvider extends AutoCloseable {
  /// Name in the setting `wal.type`: `local`, `memory`.
  String name();

  /// Opens a pchannel for writing and fences every lower term.
  ///
  /// @param pchannel name of the log, `[A-Za-z0-9_-]+`
  /// @throws io.pandion.model.PandionException FENCED when a higher term was opened before
  Wal open(String pchannel, long term);

  @Override
  void close();
}
