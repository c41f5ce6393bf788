package io.pandion.server.wronghouse.wal.local;

/// An adapter's own matter, shown to all.
public class LocalLog {}
