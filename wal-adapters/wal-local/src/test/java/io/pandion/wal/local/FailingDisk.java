package io.pandion.wal.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A real disk that becomes full, or whose syncs fail, on demand.
final class FailingDisk implements Disk {
  private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);
  private final AtomicInteger syncs = new AtomicInteger();
  private final Semaphore held = new Semaphore(0);
  private volatile boolean syncsFail;
  private volatile boolean syncsSkipped;
  private volatile CountDownLatch gate = new CountDownLatch(0);

  @Override
  public FileChannel open(Path file, OpenOption... options) throws IOException {
    return new Channel(FileChannel.open(file, options));
  }

  /// Only so many bytes can be written from now on.
  void fillAfter(long bytes) {
    free.set(bytes);
  }

  /// Syncs that begin from now on wait.
  void holdSyncs() {
    held.drainPermits();
    gate = new CountDownLatch(1);
  }

  /// Waits until one has begun; later failures do not reach it.
  void awaitHeldSync() {
    held.acquireUninterruptibly();
  }

  void releaseSyncs() {
    gate.countDown();
  }

  void failSyncs() {
    syncsFail = true;
  }

  /// For tests that open thousands of logs and crash none.
  FailingDisk skipSyncs() {
    syncsSkipped = true;
    return this;
  }

  void repair() {
    syncsFail = false;
    free.set(Long.MAX_VALUE);
  }

  int syncs() {
    return syncs.get();
  }

  private final class Channel extends FileChannel {
    private final FileChannel real;

    Channel(FileChannel real) {
      this.real = real;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      return write(from, real.position());
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      int wanted = (int) Math.min(from.remaining(), free.get());
      if (wanted == 0 && from.hasRemaining()) {
        throw new IOException("No space left on device");
      }
      int limit = from.limit();
      from.limit(from.position() + wanted);
      int written = real.write(from, position);
      from.limit(limit);
      free.addAndGet(-written);
      return written;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void force(boolean metaData) throws IOException {
      syncs.incrementAndGet();
      if (syncsFail) {
        throw new IOException("Input/output error");
      }
      held.release();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (!syncsSkipped) {
        real.force(metaData);
      }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      return real.read(to);
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
      return real.read(to, offset, length);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
      return real.read(to, position);
    }

    @Override
    public long position() throws IOException {
      return real.position();
    }

    @Override
    public FileChannel position(long at) throws IOException {
      real.position(at);
      return this;
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      real.truncate(size);
      return this;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel to) throws IOException {
      return real.transferTo(position, count, to);
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count)
        throws IOException {
      return real.transferFrom(from, position, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
      return real.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      real.close();
    }
  }
}
