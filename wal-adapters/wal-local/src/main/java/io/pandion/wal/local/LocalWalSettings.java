package io.pandion.wal.local;

/// How a log lies on the disk.
///
/// @param segmentBytes a file that would grow beyond this is followed by a new one; truncation
///   removes whole files
/// @param groupBytes of waiting messages that one sync makes durable at most; a single batch may be
///   larger
/// @param preallocateBytes of zeros written ahead of small groups, so that a sync need not record a
///   new file length (measured: 1.5 times as many syncs a second); 0 for none
public record LocalWalSettings(long segmentBytes, int groupBytes, int preallocateBytes) {
  public LocalWalSettings {
    if (segmentBytes < 1 || groupBytes < 1 || preallocateBytes < 0) {
      throw new IllegalArgumentException(
          "segmentBytes "
              + segmentBytes
              + " and groupBytes "
              + groupBytes
              + " must be positive, preallocateBytes "
              + preallocateBytes
              + " not negative");
    }
  }

  /// Files of 64 MiB, groups of 8 MiB, 1 MiB ahead.
  public static LocalWalSettings defaults() {
    return new LocalWalSettings(64L << 20, 8 << 20, 1 << 20);
  }
}
