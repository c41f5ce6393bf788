package io.pandion.cluster;

/// A run of a pchannel's messages that lies in one log. The run ends where the next one begins; the
/// last one is written.
///
/// @param type of the backend, as in the setting `wal.type`
/// @param name of the log there, never used for two runs
/// @param fromLsn of the first message
public record LogEra(String type, String name, long fromLsn) {
  public LogEra at(long lsn) {
    return new LogEra(type, name, lsn);
  }

  @Override
  public String toString() {
    return type + " log " + name;
  }
}
