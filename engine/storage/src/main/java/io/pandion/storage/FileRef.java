package io.pandion.storage;

/// An object named by a manifest, with what is needed to check it.
///
/// @param kind what it holds
/// @param fieldId the vector or indexed field, or -1
/// @param indexId the index, or -1
/// @param entries rows, deletes or vectors in it
public record FileRef(
    Kind kind, String name, long length, int crc32c, long fieldId, long indexId, long entries) {
  /// What a file of a segment holds.
  public enum Kind {
    /// The narrow columns and the system columns, Parquet.
    BINLOG,
    /// One vector column, Parquet.
    VECTOR_BINLOG,
    /// Primary keys and ticks of deletes, Parquet.
    DELTALOG,
    /// Primary key statistics.
    STATS,
    /// A vector index.
    INDEX
  }
}
