package io.pandion.meta;

/// One key with its value.
///
/// @param revision of the commit that wrote it; rises with every commit of the store
/// @param value the bytes; do not write to them
@SuppressWarnings("ArrayRecordComponent") // entries are never compared by value
public record MetaEntry(String key, byte[] value, long revision) {}
