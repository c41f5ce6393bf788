package io.pandion.wal.objectstore;

/// The records of one channel in one object: an entry of its index.
///
/// @param offset of the first record in the object
/// @param length of all of them in bytes
record Part(
    String channel,
    int offset,
    int length,
    int records,
    long firstSeq,
    long lastSeq,
    long firstTick,
    long lastTick) {}
