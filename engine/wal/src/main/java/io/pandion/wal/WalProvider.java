package io.pandion.wal;

/// Opens the logs of one backend. Any number of threads.
public interface WalProvider extends AutoCloseable {
  /// Name in the setting `wal.type`: `local`, `memory`.
  String name();

  /// Opens a log that begins with lsn 1.
  default Wal open(String pchannel, long term) {
    return open(pchannel, term, 1);
  }

  /// Opens a pchannel for writing and fences every lower term.
  ///
  /// @param pchannel name of the log, `[A-Za-z0-9_-]+`
  /// @param firstLsn lsn of the first message that the log will ever have: the same at each opening
  /// @throws io.pandion.model.PandionException FENCED when a higher term was opened before
  Wal open(String pchannel, long term, long firstLsn);

  /// Makes what an opening needs, so that it takes less time: connections, a topic. Changes nothing
  /// in a log that is there.
  ///
  /// @throws io.pandion.model.PandionException as [#open], but for FENCED
  void prepare(String pchannel);

  /// Removes a log for good, with everything in it; one that is not there is removed already. Its
  /// name is not to be used again: a backend may take its time.
  ///
  /// @throws io.pandion.model.PandionException UNAVAILABLE_RETRY when the backend does not answer
  ///   or refuses
  void remove(String pchannel);

  @Override
  void close();
}
