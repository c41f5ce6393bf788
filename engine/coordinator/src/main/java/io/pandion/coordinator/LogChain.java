package io.pandion.coordinator;

import io.pandion.cluster.LogEra;
import java.util.ArrayList;
import java.util.List;

/// Where the messages of one pchannel lie, as the meta store has it. Every change is a new record,
/// and every log has a name of its own, so that no two runs of messages ever share one.
///
/// @param eras logs that hold messages which are needed, oldest first; the last one is written
/// @param target type of log that the channel is to be in
/// @param planned a log that it is about to move to, or none; it holds nothing
/// @param gone logs that hold nothing that is needed, to be removed
/// @param made how many logs were ever named
record LogChain(
    List<LogEra> eras, String target, List<LogEra> planned, List<LogEra> gone, int made) {
  LogChain {
    eras = List.copyOf(eras);
    planned = List.copyOf(planned);
    gone = List.copyOf(gone);
  }

  /// Of a channel that is new, or from before logs were recorded.
  static LogChain first(String pchannel, String type) {
    return new LogChain(List.of(new LogEra(type, pchannel, 1)), type, List.of(), List.of(), 1);
  }

  LogEra current() {
    return eras.getLast();
  }

  /// Whether it is where it is to be.
  boolean settled() {
    return current().type().equals(target);
  }

  boolean hasPlan() {
    return !planned.isEmpty();
  }

  /// With a fresh log planned.
  LogChain plan(String pchannel, String type) {
    LogChain without = giveUp();
    LogEra log = new LogEra(type, pchannel + "-" + made, 0);
    return new LogChain(eras, target, List.of(log), without.gone, made + 1);
  }

  /// The plan is decided: it is carried out, also after a restart.
  LogChain toBe(String type) {
    return new LogChain(eras, type, planned, gone, made);
  }

  /// What was planned does not happen, in this log at least.
  LogChain giveUp() {
    return new LogChain(eras, target, List.of(), joined(gone, planned), made);
  }

  /// Goes on in the log that was planned.
  LogChain moved(LogEra log) {
    return new LogChain(joined(eras, List.of(log)), target, List.of(), gone, made);
  }

  /// Whether a log was planned, and given up before anything was written to it.
  static boolean neverUsed(LogEra log) {
    return log.fromLsn() == 0;
  }

  /// Without the logs all of whose messages are below an lsn.
  LogChain released(long lsn) {
    int ended = 0;
    while (ended + 1 < eras.size() && eras.get(ended + 1).fromLsn() <= lsn) {
      ended++;
    }
    return new LogChain(
        eras.subList(ended, eras.size()),
        target,
        planned,
        joined(gone, eras.subList(0, ended)),
        made);
  }

  /// One that was to go has been removed.
  LogChain without(LogEra log) {
    return new LogChain(
        eras, target, planned, gone.stream().filter(g -> !g.equals(log)).toList(), made);
  }

  private static List<LogEra> joined(List<LogEra> first, List<LogEra> second) {
    List<LogEra> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
