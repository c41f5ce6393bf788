package io.pandion.cluster;

import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import java.util.List;

/// The write side of pchannels, their growing segments, and the delegators of their shards. Methods
/// block; any number of (virtual) threads.
///
/// All throw PandionException: NOT_FOUND CHANNEL for a shard that is not here, UNAVAILABLE_RETRY
/// while it recovers, FENCED when the channel was taken over.
public interface StreamingNode {
  /// Opens a pchannel: fences older terms, replays the log, then serves. Returns when it serves.
  void open(ChannelAssignment assignment);

  /// Stops serving a pchannel; in-flight writes complete first.
  void close(String pchannel);

  /// Makes a log ready to be moved to, and shows that it can be: its settings are there, its
  /// backend answers. Bounded in time.
  ///
  /// @throws io.pandion.model.PandionException INVALID_REQUEST for wrong settings,
  ///   UNAVAILABLE_RETRY when the backend does not answer
  void prepareLog(LogEra log);

  /// Lets the next message of an open pchannel, and all behind it, go to another log. Writes wait
  /// until all before is durable and [Coordinator#logMoved] has returned; then the old log is
  /// written no more. What is only there is flushed, so that [Coordinator#logReleased] comes soon.
  ///
  /// @param log prepared and empty; its `fromLsn` means nothing yet
  /// @return for so many milliseconds writes waited
  /// @throws io.pandion.model.PandionException UNAVAILABLE_RETRY when the log before takes too long
  ///   to become quiet, or the other to open: unless the coordinator has recorded the move, writes
  ///   go on in the log before
  long moveLog(String pchannel, LogEra log);

  /// Removes a log for good that no assignment names any more. Bounded in time.
  ///
  /// @throws io.pandion.model.PandionException as [#prepareLog]
  void removeLog(LogEra log);

  /// The open pchannels' logs.
  List<ChannelLog> logs();

  /// Adds a shard on an open pchannel; then append [ShardWrite.CreateShard].
  void addShard(ShardState shard);

  /// Appends; returns when it is durable.
  AppendResult append(String vchannel, ShardWrite write);

  /// @throws io.pandion.model.PandionException NOT_LOADED
  SearchResult search(String vchannel, SearchPlan plan, ReadPoint point);

  /// @throws io.pandion.model.PandionException NOT_LOADED
  QueryResult query(String vchannel, QueryPlan plan, ReadPoint point);

  /// Takes a new set of sealed segments into service, at once and as a whole.
  ///
  /// @return false when a placement's copy lacks deletes that the shard no longer holds: load its
  ///   newest deltalogs and try again
  boolean distribute(String vchannel, Distribution distribution);

  /// Segments of a collection that have no files yet.
  List<GrowingInfo> growing(long collectionId);

  /// Writes buffered deletes of a shard to a deltalog and advances its checkpoint as far as
  /// possible.
  void checkpoint(String vchannel);
}
