package io.pandion.streaming;

/// A point in a pchannel's log: all messages with an lsn, and all with a tick, at or below.
record Checkpoint(long lsn, long tick) {}
