package io.pandion.wal;

/// One entry of a pchannel's log. Lsn and tick rise strictly along the log; the lsn is dense.
///
/// @param lsn dense counter of the pchannel, first message 1
/// @param term of the owner that wrote it
/// @param tick time tick of everything in it
/// @param vchannel the shard it belongs to; empty for a message about the pchannel itself
/// @param body what it says, encoded once
public record WalMessage(long lsn, long term, long tick, String vchannel, WalBody body) {}
