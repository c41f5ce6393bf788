package io.pandion.wal.objectstore;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// Compresses bodies of messages with zstd. Its native state is large, so that it is kept and
/// handed round: one for each thread that compresses at a time. Any number of threads.
final class BodyCompressor implements AutoCloseable {
  private static final int LEVEL = 1;
  private static final int KEPT_BYTES = 1 << 20;

  /// A state of zstd, and room for what it makes.
  private static final class Worker {
    final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(LEVEL);
    byte[] room = new byte[0];
  }

  private final Queue<Worker> free = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  /// The compressed body, or null when that gains less than an eighth. The buffer stays as it was.
  byte @Nullable [] compress(ByteBuffer body) {
    Worker worker = free.poll();
    if (worker == null) {
      worker = new Worker();
    }
    byte[] packed = compress(worker, body);
    if (worker.room.length > KEPT_BYTES) {
      worker.room = new byte[0];
    }
    free.add(worker);
    if (closed) {
      close();
    }
    return packed;
  }

  private static byte @Nullable [] compress(Worker worker, ByteBuffer body) {
    int size = body.remaining();
    byte[] source;
    int from;
    if (body.hasArray()) {
      source = body.array();
      from = body.arrayOffset() + body.position();
    } else {
      source = new byte[size];
      from = 0;
      body.get(body.position(), source);
    }
    int bound = Math.toIntExact(Zstd.compressBound(size));
    if (worker.room.length < bound) {
      worker.room = new byte[bound];
    }
    int packed = worker.context.compressByteArray(worker.room, 0, bound, source, from, size);
    return packed < size - size / 8 ? Arrays.copyOf(worker.room, packed) : null;
  }

  @Override
  public void close() {
    closed = true;
    for (Worker one = free.poll(); one != null; one = free.poll()) {
      one.context.close();
    }
  }
}
