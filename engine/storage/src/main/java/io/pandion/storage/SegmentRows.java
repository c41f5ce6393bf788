package io.pandion.storage;

import io.pandion.model.RowBatch;

/// The rows of a segment as its binlogs hold them: columns by field, and the tick of each row.
@SuppressWarnings("ArrayRecordComponent") // never compared by value
public record SegmentRows(RowBatch rows, long[] ticks) {}
