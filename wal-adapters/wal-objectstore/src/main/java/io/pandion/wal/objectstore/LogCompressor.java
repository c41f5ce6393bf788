package io.pandion.wal.objectstore;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Compresses the bodies of one log as long as that gains something: after many that gained nothing
/// (vectors rarely do) it tries one now and then. Any number of threads.
final class LogCompressor {
  /// Shorter bodies are not worth compressing.
  private static final int COMPRESS_FROM = 256;

  /// After so many bodies in a row that gained nothing, one of so many is tried.
  private static final int PATIENCE = 16;

  private final BodyCompressor compressor;

  /// Bodies in a row that gained nothing, those not tried among them. Threads may lose a count.
  private volatile int misses;

  LogCompressor(BodyCompressor compressor) {
    this.compressor = compressor;
  }

  /// The compressed body, or null when it stays as it is.
  @SuppressWarnings("NonAtomicVolatileUpdate") // a lost count is one try more or less
  byte @Nullable [] compress(ByteBuffer body) {
    if (body.remaining() < COMPRESS_FROM) {
      return null;
    }
    boolean tried = misses < PATIENCE || misses % PATIENCE == 0;
    byte[] packed = tried ? compressor.compress(body) : null;
    misses = packed == null ? misses + 1 : 0;
    return packed;
  }
}
