package io.pandion.cluster;

import java.util.List;

/// Where a pchannel's messages lie, and how much of them is not in files yet.
///
/// @param logs oldest first; the last one is written
/// @param nextLsn of the next message
/// @param neededFrom messages below this lsn are not needed any more
public record ChannelLog(String pchannel, List<LogEra> logs, long nextLsn, long neededFrom) {
  public ChannelLog {
    logs = List.copyOf(logs);
  }
}
