package io.pandion.wal.objectstore;

import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// Compresses bodies of messages with zstd. Its native state is large, so that it is kept and
/// handed round: one for each thread that compresses at a time. Any number of threads.
final class BodyCompressor implements AutoCloseable {
  /// Shorter bodies are not worth compressing.
  private static final int COMPRESS_FROM = 256;

  private static final int LEVEL = 1;

  private final Queue<ZstdCompressCtx> free = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  /// The compressed body, or null when that gains less than an eighth. The buffer stays as it was.
  byte @Nullable [] compress(ByteBuffer encoded) {
    if (encoded.remaining() < COMPRESS_FROM) {
      return null;
    }
    byte[] body = new byte[encoded.remaining()];
    encoded.get(encoded.position(), body);
    ZstdCompressCtx context = free.poll();
    if (context == null) {
      context = new ZstdCompressCtx().setLevel(LEVEL);
    }
    byte[] packed = context.compress(body);
    free.add(context);
    if (closed) {
      close();
    }
    return packed.length < body.length - body.length / 8 ? packed : null;
  }

  @Override
  public void close() {
    closed = true;
    for (ZstdCompressCtx one = free.poll(); one != null; one = free.poll()) {
      one.close();
    }
  }
}
