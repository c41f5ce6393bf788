package io.pandion.storage;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/// A store for callers that would rather wait than fail: requests that a server of objects did not
/// answer, refused for now, or asked to slow down are repeated with growing pauses. Any number of
/// threads.
///
/// A repeated create may meet what its own first attempt wrote. So a create whose outcome was
/// unknown, and that then finds its name taken by the very same bytes, counts as done; and so does
/// a file whose name, which nobody else makes, is taken by the same bytes: the client of the server
/// repeats by itself, too.
public final class RetryingObjectStore implements ObjectStore {
  private static final long FIRST_PAUSE = Duration.ofMillis(20).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(1).toNanos();
  private static final int COMPARED = 1 << 20;

  private final ObjectStore store;
  private final long patience;
  private final LongConsumer pause;

  /// @param store is closed with this
  /// @param patience a request fails when its pauses add up to so much
  /// @param pause waits so many nanoseconds
  public RetryingObjectStore(ObjectStore store, Duration patience, LongConsumer pause) {
    this.store = store;
    this.patience = patience.toNanos();
    this.pause = pause;
  }

  /// Whether the same request may succeed later.
  static boolean passing(Reason reason) {
    return switch (reason) {
      case UNAVAILABLE_RETRY, OUTCOME_UNKNOWN, QUOTA_EXCEEDED, DEADLINE_EXCEEDED -> true;
      default -> false;
    };
  }

  private <T> T repeated(Supplier<T> request) {
    long waited = 0;
    long next = FIRST_PAUSE;
    while (true) {
      try {
        return request.get();
      } catch (PandionException e) {
        if (!passing(e.reason()) || waited >= patience) {
          throw e;
        }
      }
      pause.accept(next);
      waited += next;
      next = Math.min(2 * next, LONGEST_PAUSE);
    }
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    boolean[] unknown = new boolean[1];
    boolean created =
        repeated(
            () -> {
              try {
                return store.putIfAbsent(name, bytes);
              } catch (PandionException e) {
                unknown[0] |= e.reason() == Reason.OUTCOME_UNKNOWN;
                throw e;
              }
            });
    return created || (unknown[0] && Arrays.equals(readAll(name), bytes));
  }

  @Override
  public void putFile(String name, Path file) {
    repeated(
        () -> {
          try {
            store.putFile(name, file);
          } catch (PandionException e) {
            if (e.reason() != Reason.ALREADY_EXISTS || !holds(name, file)) {
              throw e;
            }
          }
          return name;
        });
  }

  private boolean holds(String name, Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      boolean same = store.size(name) == size;
      for (long at = 0; same && at < size; at += COMPARED) {
        ByteBuffer part = ByteBuffer.allocate((int) Math.min(COMPARED, size - at));
        while (part.hasRemaining() && channel.read(part, at + part.position()) >= 0) {}
        same = Arrays.equals(store.read(name, at, part.capacity()), part.array());
      }
      return same;
    } catch (IOException e) {
      throw new UncheckedIOException("file " + file + " cannot be read again", e);
    }
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    return repeated(() -> store.read(name, offset, length));
  }

  @Override
  public byte[] readAll(String name) {
    return repeated(() -> store.readAll(name));
  }

  @Override
  public Path localCopy(String name, Path directory) {
    return repeated(() -> store.localCopy(name, directory));
  }

  @Override
  public long size(String name) {
    return repeated(() -> store.size(name));
  }

  @Override
  public boolean exists(String name) {
    return repeated(() -> store.exists(name));
  }

  @Override
  public List<String> list(String prefix) {
    return repeated(() -> store.list(prefix));
  }

  @Override
  public void delete(String name) {
    repeated(
        () -> {
          store.delete(name);
          return name;
        });
  }

  @Override
  public void close() {
    store.close();
  }
}
