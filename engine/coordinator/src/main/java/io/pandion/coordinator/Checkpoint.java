package io.pandion.coordinator;

/// How far a shard's log is in files.
record Checkpoint(long lsn, long tick) {}
